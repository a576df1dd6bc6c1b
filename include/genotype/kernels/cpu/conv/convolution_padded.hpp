// Convolutions of images of few channels, such as colours: a sample is copied once with its border of zeros, and then
// the windows of neighbouring pixels are read where they lie, in both the way to the small image and the weight
// gradient.
#pragma once

#include <omp.h>

#include <algorithm>
#include <array>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/cpu/conv/outer_tile.hpp"
#include "genotype/kernels/cpu/matmul/tile.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Floats of a padded sample at most, and floats beyond it that a tile may read, whose products go nowhere.
inline constexpr int most_padded = 16 * 1024, beyond_padded = 1024;
inline constexpr int most_padded_kernel = 16;

/// A row of the padded image, and what of it one small pixel meets through one kernel row.
constexpr int padded_row(const ConvGeometry& g) {
    return (g.large_width + 2 * g.padding) * g.large_channels;
}
constexpr int window_row(const ConvGeometry& g) {
    return g.kernel * g.large_channels;
}

/// Whether it is worth it: with more channels, copying windows costs little beside the products.
constexpr bool is_padded(const ConvGeometry& g) {
    return g.large_channels < 8 && g.kernel > 1 && g.kernel <= most_padded_kernel && g.small_channels % lanes == 0 &&
           tile_rows * g.stride * g.large_channels + window_row(g) <= beyond_padded &&
           static_cast<long>(g.large_height + 2 * g.padding) * padded_row(g) <= most_padded;
}

/// One sample with its border.
class PaddedSample {
  public:
    explicit PaddedSample(const ConvGeometry& geometry) : geometry_(geometry) {
        std::fill_n(values_, (geometry.large_height + 2 * geometry.padding) * padded_row(geometry) + beyond_padded,
                    0.0f);
    }

    template <class = void>
    void fill(const float* sample) {
        const ConvGeometry& g = geometry_;
        const int length = g.large_width * g.large_channels;
        for (int row = 0; row < g.large_height; ++row)
            copy_floats(sample + row * length, length,
                        values_ + (row + g.padding) * padded_row(g) + g.padding * g.large_channels);
    }

    /// What the small pixel (row, column) meets, from a kernel row on.
    template <class = void>
    const float* window(int row, int column, int kernel_row) const {
        const ConvGeometry& g = geometry_;
        return values_ + (row * g.stride + kernel_row) * padded_row(g) + column * g.stride * g.large_channels;
    }

  private:
    const ConvGeometry& geometry_;
    alignas(64) float values_[most_padded + beyond_padded];
};

/// Tiles of equal height for a row of the small image, so that few of their rows go nowhere.
constexpr int padded_tile(int width) {
    int best = 0;
    long cost = 0;
    const int least = (width + tile_rows - 1) / tile_rows;
    for (int parts = least; parts <= least + 2; ++parts) {
        const int height = (width + parts - 1) / parts;
        const long rows = static_cast<long>(parts) * tile_height(height);
        if (best == 0 || rows < cost) best = height, cost = rows;
    }
    return best;
}

/// packed: [panel][kernel row][value of the window's row][panel's channels], as for the direct form.
template <class = void>
inline void padded_to_small(const ConvGeometry& g, int batch, const float* large, const float* packed,
                            const float* bias, float* small) {
    std::array<Piece, most_padded_kernel> pieces;
    const int length = window_row(g), step = g.stride * g.large_channels, height = padded_tile(g.small_width);
    for (int row = 0; row < g.kernel; ++row)
        pieces[static_cast<std::size_t>(row)] = {static_cast<long>(row) * length, length, padded_row(g) - length};
    const double work = static_cast<double>(batch) * g.small_pixels() * static_cast<double>(g.weights());
#pragma omp parallel if (work > worth_threads)
    {
        PaddedSample sample(g);
        float start[tile_columns], beyond[tile_columns];
#pragma omp for schedule(static)
        for (int n = 0; n < batch; ++n) {
            sample.fill(large + n * g.large_floats());
            for (int channel = 0; channel < g.small_channels; channel += tile_columns) {
                const int width = std::min(tile_columns, g.small_channels - channel);
                for (int i = 0; i < width; ++i) start[i] = bias ? bias[channel + i] : 0.0f;
                float* result = small + n * g.small_floats() + channel;
                for (int row = 0; row < g.small_height; ++row)
                    for (int column = 0, pixels; column < g.small_width; column += pixels) {
                        pixels = std::min(height, g.small_width - column);
                        float* results[tile_rows];
                        for (int i = 0; i < tile_rows; ++i)
                            results[i] = i < pixels ? result + static_cast<long>(i) * g.small_channels : beyond;
                        const TileFunction multiply =
                            width == lanes ? tile_function<1>(pixels) : tile_function<2>(pixels);
                        multiply(sample.window(row, column, 0), step, pieces.data(), g.kernel,
                                 packed + static_cast<long>(channel) * g.kernel * length, {start, results});
                        result += static_cast<long>(pixels) * g.small_channels;
                    }
            }
        }
    }
}

/// Threads take kernel rows of panels of small channels. A value is summed by one thread, sample by sample.
template <class = void>
inline void padded_weight_gradient(const ConvGeometry& g, int batch, const float* large, const float* small,
                                   float* gradient, bool accumulate) {
    const int panels = (g.small_channels + tile_columns - 1) / tile_columns, tasks = panels * g.kernel;
    const double work = static_cast<double>(batch) * g.small_pixels() * static_cast<double>(g.weights());
#pragma omp parallel if (work > worth_threads)
    {
        const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
        const int first_task = tasks * thread / threads, end_task = tasks * (thread + 1) / threads;
        PaddedSample sample(g);
        for (int n = 0; n < batch && first_task < end_task; ++n) {
            sample.fill(large + n * g.large_floats());
            for (int task = first_task; task < end_task; ++task) {
                const int channel = task / g.kernel * tile_columns, kernel_row = task % g.kernel;
                for (int value = 0; value < window_row(g); value += outer_rows)
                    outer_product(
                        {sample.window(0, 0, kernel_row) + value, static_cast<long>(g.stride) * padded_row(g),
                         g.stride * g.large_channels, small + n * g.small_floats() + channel,
                         static_cast<long>(g.small_width) * g.small_channels, g.small_channels, g.small_height,
                         g.small_width},
                        std::min(outer_rows, window_row(g) - value), std::min(tile_columns, g.small_channels - channel),
                        gradient + (static_cast<long>(kernel_row) * window_row(g) + value) * g.small_channels + channel,
                        g.small_channels, n == 0 && !accumulate);
            }
        }
    }
}

}  // namespace genotype::inline v0_1::kernels::detail
