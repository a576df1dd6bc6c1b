// Pooling over thrust: a backward gathers for each input value from the windows that cover it.
#pragma once

#include <cmath>

#include "genotype/kernels/adaptive_pool_geometry.hpp"
#include "genotype/kernels/pool_geometry.hpp"
#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// A value of a batch of images by its place.
struct PooledPlace {
    long sample;
    int row, column, channel;
};

GENOTYPE_BOTH constexpr PooledPlace pooled_place(long at, int height, int width, int channels) {
    const long pixel = at / channels, line = pixel / width;
    return {line / height, static_cast<int>(line % height), static_cast<int>(pixel % width),
            static_cast<int>(at % channels)};
}
GENOTYPE_BOTH constexpr PooledPlace pooling_input(const PoolGeometry& g, long at) {
    return pooled_place(at, g.height, g.width, g.channels);
}
GENOTYPE_BOTH constexpr PooledPlace pooling_output(const PoolGeometry& g, long at) {
    return pooled_place(at, g.out_height, g.out_width, g.channels);
}

/// The windows that cover a place, along one side with so many of them.
GENOTYPE_BOTH constexpr PoolGeometry::Span covering_windows(const PoolGeometry& g, int place, int windows) {
    const int from_first = place + g.padding, last = from_first / g.stride;
    return {from_first < g.kernel ? 0 : (from_first - g.kernel) / g.stride + 1, last < windows ? last + 1 : windows};
}

/// Where the largest value of a window is: the first of equal ones, the last NaN where there are some.
GENOTYPE_BOTH inline long pooled_largest(const PoolGeometry& g, const float* x, const PooledPlace& out) {
    const PoolGeometry::Span rows = g.rows(out.row), columns = g.columns(out.column);
    const float* const image = x + out.sample * g.in_count() + out.channel;
    long largest = (static_cast<long>(rows.begin) * g.width + columns.begin) * g.channels;
    for (int row = rows.begin; row < rows.end; ++row)
        for (int column = columns.begin; column < columns.end; ++column) {
            const long at = (static_cast<long>(row) * g.width + column) * g.channels;
            if (image[at] > image[largest] || std::isnan(image[at])) largest = at;
        }
    return out.sample * g.in_count() + out.channel + largest;
}

/// The sum of a window, in double.
template <class Geometry>
GENOTYPE_BOTH double pooled_sum(const Geometry& g, const float* x, const PooledPlace& out) {
    const PoolGeometry::Span rows = g.rows(out.row), columns = g.columns(out.column);
    const float* const image = x + out.sample * g.in_count() + out.channel;
    double sum = 0;
    for (int row = rows.begin; row < rows.end; ++row)
        for (int column = columns.begin; column < columns.end; ++column)
            sum += image[(static_cast<long>(row) * g.width + column) * g.channels];
    return sum;
}

/// dx: for each input value the sum of give(input, output, window's place) over the windows that cover it, in order.
template <class System, class Give>
void gather_windows(Thrust<System> device, const PoolGeometry& geometry, int batch, float* dx, Give give) {
    const PoolGeometry g = geometry;
    each_value(device, batch * g.in_count(), [=] GENOTYPE_KERNEL(long in) mutable {
        const PooledPlace place = pooling_input(g, in);
        const PoolGeometry::Span rows = covering_windows(g, place.row, g.out_height);
        const PoolGeometry::Span columns = covering_windows(g, place.column, g.out_width);
        float sum = 0;
        for (int row = rows.begin; row < rows.end; ++row)
            for (int column = columns.begin; column < columns.end; ++column) {
                const PooledPlace window{place.sample, row, column, place.channel};
                const long pixel = static_cast<long>(row) * g.out_width + column;
                sum += give(in, place.sample * g.out_count() + pixel * g.channels + place.channel, window);
            }
        dx[in] = sum;
    });
}

}  // namespace detail

/// See the reference's.
template <class System>
void max_pool(Thrust<System> device, const PoolGeometry& geometry, int batch, const float* x, float* y) {
    const PoolGeometry g = geometry;
    detail::each_value(device, batch * g.out_count(), [=] GENOTYPE_KERNEL(long out) mutable {
        y[out] = x[detail::pooled_largest(g, x, detail::pooling_output(g, out))];
    });
}

/// See the reference's.
template <class System>
void max_pool_backward(Thrust<System> device, const PoolGeometry& geometry, int batch, const float* x, const float* dy,
                       float* dx) {
    const PoolGeometry g = geometry;
    detail::gather_windows(device, g, batch, dx,
                           [=] GENOTYPE_KERNEL(long in, long out, const detail::PooledPlace& window) {
                               return detail::pooled_largest(g, x, window) == in ? dy[out] : 0.0f;
                           });
}

/// See the reference's.
template <class System>
void avg_pool(Thrust<System> device, const PoolGeometry& geometry, int batch, const float* x, float* y) {
    const PoolGeometry g = geometry;
    detail::each_value(device, batch * g.out_count(), [=] GENOTYPE_KERNEL(long out) mutable {
        y[out] = static_cast<float>(detail::pooled_sum(g, x, detail::pooling_output(g, out)) / (g.kernel * g.kernel));
    });
}

/// See the reference's.
template <class System>
void avg_pool_backward(Thrust<System> device, const PoolGeometry& geometry, int batch, const float* dy, float* dx) {
    const float values = static_cast<float>(geometry.kernel * geometry.kernel);
    detail::gather_windows(
        device, geometry, batch, dx,
        [=] GENOTYPE_KERNEL(long, long out, const detail::PooledPlace&) { return dy[out] / values; });
}

/// See the reference's. A large window is one thread's: few windows leave most of a GPU idle.
template <class System>
void adaptive_avg_pool(Thrust<System> device, const AdaptivePoolGeometry& geometry, int batch, const float* x,
                       float* y) {
    const AdaptivePoolGeometry g = geometry;
    detail::each_value(device, batch * g.out_count(), [=] GENOTYPE_KERNEL(long out) mutable {
        const detail::PooledPlace place = detail::pooled_place(out, g.out_height, g.out_width, g.channels);
        y[out] = static_cast<float>(detail::pooled_sum(g, x, place) /
                                    window_size(g.rows(place.row), g.columns(place.column)));
    });
}

/// See the reference's.
template <class System>
void adaptive_avg_pool_backward(Thrust<System> device, const AdaptivePoolGeometry& geometry, int batch, const float* dy,
                                float* dx) {
    const AdaptivePoolGeometry g = geometry;
    detail::each_value(device, batch * g.in_count(), [=] GENOTYPE_KERNEL(long in) mutable {
        const detail::PooledPlace place = detail::pooled_place(in, g.height, g.width, g.channels);
        const PoolGeometry::Span rows = g.windows_of_row(place.row), columns = g.windows_of_column(place.column);
        const float* const derivatives = dy + place.sample * g.out_count() + place.channel;
        float sum = 0;
        for (int row = rows.begin; row < rows.end; ++row)
            for (int column = columns.begin; column < columns.end; ++column)
                sum += derivatives[(static_cast<long>(row) * g.out_width + column) * g.channels] /
                       window_size(g.rows(row), g.columns(column));
        dx[in] = sum;
    });
}

/// See the reference's.
template <class System>
void global_avg_pool(Thrust<System> device, int batch, int pixels, int channels, const float* x, float* y) {
    detail::sum_groups(
        device, static_cast<long>(batch) * channels, pixels, detail::Sums<1>{},
        [=] GENOTYPE_KERNEL(long group, long pixel) {
            return detail::Sums<1>{{x[(group / channels * pixels + pixel) * channels + group % channels]}};
        },
        [=] GENOTYPE_KERNEL(long group, const detail::Sums<1>& sum) {
            y[group] = static_cast<float>(sum.values[0] / pixels);
        });
}

/// See the reference's.
template <class System>
void global_avg_pool_backward(Thrust<System> device, int batch, int pixels, int channels, const float* dy, float* dx) {
    detail::each_value(device, static_cast<long>(batch) * pixels * channels, [=] GENOTYPE_KERNEL(long i) mutable {
        const long sample = i / channels / pixels;
        dx[i] = dy[sample * channels + i % channels] / static_cast<float>(pixels);
    });
}

}  // namespace genotype::inline v0_1::kernels
