// Pooling on the processor: vectors of neighbouring channels; samples and blocks of channels are shared out to threads.
#pragma once

#include <algorithm>

#include "genotype/kernels/adaptive_pool_geometry.hpp"
#include "genotype/kernels/cpu/simd/lanes.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/pool_geometry.hpp"

namespace genotype::inline v0_1::kernels {

namespace detail {

/// A window's values inside the image, seen by one vector of channels.
struct PoolWindow {
    long in, out;  // the window's first value and its output, as indices
    int rows, columns;
    long line, channels;  // from row to row, from column to column

    Vector size() const { return Vector(static_cast<float>(rows * columns)); }

    /// Calls f(index) in the order of rows and columns.
    template <class F>
    void for_each(F f) const {
        for (int row = 0; row < rows; ++row)
            for (int column = 0; column < columns; ++column) f(in + row * line + column * channels);
    }
};

/// Calls f(part, window) for every vector of outputs. Windows of one channel share no memory with those of another, so
/// that windows which overlap are always one thread's.
template <class Geometry, class F>
void for_each_pool_window(const Geometry& g, int batch, F f) {
    constexpr int block = 64;  // channels
    const int blocks = (g.channels + block - 1) / block;
    const bool parallel = batch * (g.in_count() + g.out_count()) > 16384;
#pragma omp parallel for schedule(static) if (parallel)
    for (long task = 0; task < static_cast<long>(batch) * blocks; ++task) {
        const long sample = task / blocks;
        const int channel = static_cast<int>(task % blocks) * block;
        for (int row = 0; row < g.out_height; ++row)
            for (int column = 0; column < g.out_width; ++column) {
                const PoolGeometry::Span rows = g.rows(row), columns = g.columns(column);
                const long first = static_cast<long>(rows.begin) * g.width + columns.begin;
                const long place = static_cast<long>(row) * g.out_width + column;
                PoolWindow window{sample * g.in_count() + first * g.channels + channel,
                                  sample * g.out_count() + place * g.channels + channel,
                                  rows.end - rows.begin,
                                  columns.end - columns.begin,
                                  static_cast<long>(g.width) * g.channels,
                                  g.channels};
                for_each_vector(std::min(block, g.channels - channel), [&](long c, auto part) {
                    PoolWindow here = window;
                    here.in += c;
                    here.out += c;
                    f(part, here);
                });
            }
    }
}

/// Where `value` takes the place of the largest so far: the first of equal values stays, NaN wins and stays.
template <class = void>
inline auto exceeds(const Vector& value, const Vector& largest) {
    return (value > largest) | xsimd::isnan(value);
}

template <class = void>
inline void fill_zero(long n, float* y) {
    constexpr long block = 16384;
#pragma omp parallel for schedule(static) if (n > block)
    for (long first = 0; first < n; first += block) std::fill_n(y + first, std::min(block, n - first), 0.0f);
}

}  // namespace detail

/// y: the largest value of each window, NaN if one is in it.
template <class = void>
inline void max_pool(Cpu, const PoolGeometry& g, int batch, const float* x, float* y) {
    detail::for_each_pool_window(g, batch, [&](auto part, const detail::PoolWindow& window) {
        Vector largest = part.load(x + window.in);
        window.for_each([&](long at) {
            const Vector value = part.load(x + at);
            largest = xsimd::select(detail::exceeds(value, largest), value, largest);
        });
        part.store(largest, y + window.out);
    });
}

/// dx: each dy at the place of its window's largest value, summed.
template <class = void>
inline void max_pool_backward(Cpu, const PoolGeometry& g, int batch, const float* x, const float* dy, float* dx) {
    detail::fill_zero(batch * g.in_count(), dx);
    detail::for_each_pool_window(g, batch, [&](auto part, const detail::PoolWindow& window) {
        Vector largest = part.load(x + window.in), place(0.0f);
        float number = 0;
        window.for_each([&](long at) {
            const Vector value = part.load(x + at);
            const auto here = detail::exceeds(value, largest);
            largest = xsimd::select(here, value, largest);
            place = xsimd::select(here, Vector(number), place);
            ++number;
        });
        const Vector derivative = part.load(dy + window.out);
        number = 0;
        window.for_each([&](long at) {
            const Vector share = xsimd::select(place == Vector(number), derivative, Vector(0.0f));
            part.store(part.load(dx + at) + share, dx + at);
            ++number;
        });
    });
}

/// y: the sum of each window over kernel * kernel, what lies outside counted as 0.
template <class = void>
inline void avg_pool(Cpu, const PoolGeometry& g, int batch, const float* x, float* y) {
    const Vector size(static_cast<float>(g.kernel * g.kernel));
    detail::for_each_pool_window(g, batch, [&](auto part, const detail::PoolWindow& window) {
        Vector sum(0.0f);
        window.for_each([&](long at) { sum += part.load(x + at); });
        part.store(sum / size, y + window.out);
    });
}

/// dx: what each window's dy gives to its values.
template <class = void>
inline void avg_pool_backward(Cpu, const PoolGeometry& g, int batch, const float* dy, float* dx) {
    const Vector size(static_cast<float>(g.kernel * g.kernel));
    detail::fill_zero(batch * g.in_count(), dx);
    detail::for_each_pool_window(g, batch, [&](auto part, const detail::PoolWindow& window) {
        const Vector share = part.load(dy + window.out) / size;
        window.for_each([&](long at) { part.store(part.load(dx + at) + share, dx + at); });
    });
}

/// y: the mean of each window, in sums of a row.
template <class = void>
inline void adaptive_avg_pool(Cpu, const AdaptivePoolGeometry& g, int batch, const float* x, float* y) {
    detail::for_each_pool_window(g, batch, [&](auto part, const detail::PoolWindow& window) {
        Vector total(0.0f);
        for (int row = 0; row < window.rows; ++row) {
            Vector sum(0.0f);
            for (int column = 0; column < window.columns; ++column)
                sum += part.load(x + window.in + row * window.line + column * window.channels);
            total += sum;
        }
        part.store(total / window.size(), y + window.out);
    });
}

/// dx: what each window's dy gives to its values.
template <class = void>
inline void adaptive_avg_pool_backward(Cpu, const AdaptivePoolGeometry& g, int batch, const float* dy, float* dx) {
    detail::fill_zero(batch * g.in_count(), dx);
    detail::for_each_pool_window(g, batch, [&](auto part, const detail::PoolWindow& window) {
        const Vector share = part.load(dy + window.out) / window.size();
        window.for_each([&](long at) { part.store(part.load(dx + at) + share, dx + at); });
    });
}

/// y (batch, channels): the mean over the pixels of x (batch, pixels, channels), in sums of at most 64 pixels.
template <class = void>
inline void global_avg_pool(Cpu, int batch, int pixels, int channels, const float* x, float* y) {
    const long count = static_cast<long>(pixels) * channels;
    const bool parallel = batch * count > 16384;
#pragma omp parallel for schedule(static) if (parallel)
    for (int sample = 0; sample < batch; ++sample) {
        const float* const from = x + sample * count;
        detail::for_each_vector(channels, [&](long c, auto part) {
            Vector total(0.0f);
            for (int pixel = 0; pixel < pixels; pixel += 64) {
                Vector sum(0.0f);
                for (int p = pixel; p < std::min(pixel + 64, pixels); ++p)
                    sum += part.load(from + static_cast<long>(p) * channels + c);
                total += sum;
            }
            part.store(total / Vector(static_cast<float>(pixels)), y + static_cast<long>(sample) * channels + c);
        });
    }
}

/// dx (batch, pixels, channels): dy / pixels everywhere.
template <class = void>
inline void global_avg_pool_backward(Cpu, int batch, int pixels, int channels, const float* dy, float* dx) {
    const long rows = static_cast<long>(batch) * pixels;
    const Vector size(static_cast<float>(pixels));
#pragma omp parallel for schedule(static) if (rows * channels > 16384)
    for (long row = 0; row < rows; ++row)
        detail::for_each_vector(channels, [&](long c, auto part) {
            part.store(part.load(dy + row / pixels * channels + c) / size, dx + row * channels + c);
        });
}

}  // namespace genotype::inline v0_1::kernels
