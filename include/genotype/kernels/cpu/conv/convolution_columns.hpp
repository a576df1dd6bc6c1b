// To large images of few channels: a product gives all that each small pixel adds to the large image, as a row of a
// matrix, which is then added where it belongs. The vectors' lanes are filled by all taps together.
#pragma once

#include <omp.h>

#include <algorithm>

#include "genotype/kernels/cpu/matmul/product.hpp"

namespace genotype::inline v0_1::kernels::detail {

inline constexpr int most_columns = 64, pixels_at_a_time = 256;

/// Values that a small pixel adds to: a row of the matrix.
constexpr int row_columns(const ConvGeometry& g) {
    return g.taps() * g.large_channels;
}
constexpr bool has_few_columns(const ConvGeometry& g) {
    return !is_product(g) && row_columns(g) <= most_columns;
}

/// Calls f(at, length, large) for each kernel row of a small pixel of the batch that meets the large image: `length`
/// values from `at` on in the matrix's row are neighbours in the large image, from `large` on.
template <class F>
void for_each_run(const ConvGeometry& g, long pixel, F f) {
    const long sample = pixel / g.small_pixels();
    const int place = static_cast<int>(pixel % g.small_pixels());
    const int top = place / g.small_width * g.stride - g.padding, left = place % g.small_width * g.stride - g.padding;
    const int low = std::max(0, -left), high = std::min(g.kernel, g.large_width - left);
    if (low >= high) return;
    for (int row = std::max(0, -top), end = std::min(g.kernel, g.large_height - top); row < end; ++row)
        f((row * g.kernel + low) * g.large_channels, (high - low) * g.large_channels,
          sample * g.large_floats() + (static_cast<long>(top + row) * g.large_width + left + low) * g.large_channels);
}

/// Adds the rows to what they meet.
template <class = void>
inline void scatter_columns(const ConvGeometry& g, const float* matrix, long first, int count, float* large) {
    for (int i = 0; i < count; ++i, matrix += row_columns(g))
        for_each_run(g, first + i, [&](int at, int length, long to) {
            int value = 0;
            for (; value + 4 <= length; value += 4)
                store_quad(load_quad(large + to + value) + load_quad(matrix + at + value), large + to + value);
            for (; value < length; ++value) large[to + value] += matrix[at + value];
        });
}

/// A sample is written by one thread, pixel by pixel.
template <class = void>
inline void columns_to_large(const ConvGeometry& g, int batch, const float* small, const float* weights,
                             const float* bias, float* large) {
    const double work = static_cast<double>(batch) * g.small_pixels() * static_cast<double>(g.weights());
    const int columns = row_columns(g), samples = std::max(1, pixels_at_a_time / g.small_pixels());
#pragma omp parallel for schedule(static) if (work > worth_threads)
    for (int sample = 0; sample < batch; sample += samples) {
        alignas(64) float matrix[pixels_at_a_time * most_columns];
        const long end = static_cast<long>(std::min(batch, sample + samples)) * g.small_pixels();
        float *to = large + sample * g.large_floats(),
              *stop = large + std::min(batch, sample + samples) * g.large_floats();
        for (; to != stop; to += g.large_channels)
            for (int c = 0; c < g.large_channels; ++c) to[c] = bias ? bias[c] : 0.0f;
        for (long first = static_cast<long>(sample) * g.small_pixels(); first < end; first += pixels_at_a_time) {
            const int count = static_cast<int>(std::min<long>(pixels_at_a_time, end - first));
            product_share({count, g.small_channels, columns, small + first * g.small_channels, g.small_channels,
                           weights, 1, g.small_channels, nullptr, matrix, columns, 1},
                          0, 1);
            scatter_columns(g, matrix, first, count, large);
        }
    }
}

}  // namespace genotype::inline v0_1::kernels::detail
