// Pooling in plain loops.
#pragma once

#include <cmath>

#include "genotype/kernels/adaptive_pool_geometry.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/pool_geometry.hpp"

namespace genotype::inline v0_1::kernels {

namespace detail {

/// Calls f(index, sample, rows, columns, channel) for each output value; rows and columns are those of its window.
template <class Geometry, class F>
void for_each_window(const Geometry& g, int batch, F f) {
    for (int sample = 0; sample < batch; ++sample)
        for (int row = 0; row < g.out_height; ++row)
            for (int column = 0; column < g.out_width; ++column)
                for (int channel = 0; channel < g.channels; ++channel)
                    f(sample * g.out_count() + (row * g.out_width + column) * static_cast<long>(g.channels) + channel,
                      sample, g.rows(row), g.columns(column), channel);
}

template <class Geometry>
long pooled_index(const Geometry& g, int sample, int row, int column, int channel) {
    return sample * g.in_count() + (static_cast<long>(row) * g.width + column) * g.channels + channel;
}

/// Where the largest value of a window is: the first of equal ones, the last NaN where there are some.
template <class = void>
inline long largest_in_window(const PoolGeometry& g, const float* x, int sample, PoolGeometry::Span rows,
                              PoolGeometry::Span columns, int channel) {
    long largest = pooled_index(g, sample, rows.begin, columns.begin, channel);
    for (int row = rows.begin; row < rows.end; ++row)
        for (int column = columns.begin; column < columns.end; ++column) {
            const long at = pooled_index(g, sample, row, column, channel);
            if (x[at] > x[largest] || std::isnan(x[at])) largest = at;
        }
    return largest;
}

}  // namespace detail

/// y: the largest value of each window, NaN if one is in it.
template <class = void>
inline void max_pool(Reference, const PoolGeometry& g, int batch, const float* x, float* y) {
    detail::for_each_window(g, batch, [&](long out, int sample, auto rows, auto columns, int channel) {
        y[out] = x[detail::largest_in_window(g, x, sample, rows, columns, channel)];
    });
}

/// dx: each dy at the place of its window's largest value, summed.
template <class = void>
inline void max_pool_backward(Reference, const PoolGeometry& g, int batch, const float* x, const float* dy, float* dx) {
    for (long i = 0; i < batch * g.in_count(); ++i) dx[i] = 0;
    detail::for_each_window(g, batch, [&](long out, int sample, auto rows, auto columns, int channel) {
        dx[detail::largest_in_window(g, x, sample, rows, columns, channel)] += dy[out];
    });
}

/// y: the sum of each window over kernel * kernel, what lies outside counted as 0.
template <class = void>
inline void avg_pool(Reference, const PoolGeometry& g, int batch, const float* x, float* y) {
    detail::for_each_window(g, batch, [&](long out, int sample, auto rows, auto columns, int channel) {
        double sum = 0;
        for (int row = rows.begin; row < rows.end; ++row)
            for (int column = columns.begin; column < columns.end; ++column)
                sum += x[detail::pooled_index(g, sample, row, column, channel)];
        y[out] = static_cast<float>(sum / (g.kernel * g.kernel));
    });
}

/// dx: what each window's dy gives to its values.
template <class = void>
inline void avg_pool_backward(Reference, const PoolGeometry& g, int batch, const float* dy, float* dx) {
    for (long i = 0; i < batch * g.in_count(); ++i) dx[i] = 0;
    detail::for_each_window(g, batch, [&](long out, int sample, auto rows, auto columns, int channel) {
        for (int row = rows.begin; row < rows.end; ++row)
            for (int column = columns.begin; column < columns.end; ++column)
                dx[detail::pooled_index(g, sample, row, column, channel)] +=
                    dy[out] / static_cast<float>(g.kernel * g.kernel);
    });
}

/// y: the mean of each window.
template <class = void>
inline void adaptive_avg_pool(Reference, const AdaptivePoolGeometry& g, int batch, const float* x, float* y) {
    detail::for_each_window(g, batch, [&](long out, int sample, auto rows, auto columns, int channel) {
        double sum = 0;
        for (int row = rows.begin; row < rows.end; ++row)
            for (int column = columns.begin; column < columns.end; ++column)
                sum += x[detail::pooled_index(g, sample, row, column, channel)];
        y[out] = static_cast<float>(sum / window_size(rows, columns));
    });
}

/// dx: what each window's dy gives to its values.
template <class = void>
inline void adaptive_avg_pool_backward(Reference, const AdaptivePoolGeometry& g, int batch, const float* dy,
                                       float* dx) {
    for (long i = 0; i < batch * g.in_count(); ++i) dx[i] = 0;
    detail::for_each_window(g, batch, [&](long out, int sample, auto rows, auto columns, int channel) {
        for (int row = rows.begin; row < rows.end; ++row)
            for (int column = columns.begin; column < columns.end; ++column)
                dx[detail::pooled_index(g, sample, row, column, channel)] += dy[out] / window_size(rows, columns);
    });
}

/// y (batch, channels): the mean over the pixels of x (batch, pixels, channels).
template <class = void>
inline void global_avg_pool(Reference, int batch, int pixels, int channels, const float* x, float* y) {
    for (long sample = 0; sample < batch; ++sample)
        for (int channel = 0; channel < channels; ++channel) {
            double sum = 0;
            for (int pixel = 0; pixel < pixels; ++pixel) sum += x[(sample * pixels + pixel) * channels + channel];
            y[sample * channels + channel] = static_cast<float>(sum / pixels);
        }
}

/// dx (batch, pixels, channels): dy / pixels everywhere.
template <class = void>
inline void global_avg_pool_backward(Reference, int batch, int pixels, int channels, const float* dy, float* dx) {
    for (long sample = 0; sample < batch; ++sample)
        for (int pixel = 0; pixel < pixels; ++pixel)
            for (int channel = 0; channel < channels; ++channel)
                dx[(sample * pixels + pixel) * channels + channel] =
                    dy[sample * channels + channel] / static_cast<float>(pixels);
}

}  // namespace genotype::inline v0_1::kernels
