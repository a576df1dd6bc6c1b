// The weight gradient of a convolution of any geometry on the processor: sums of outer products over packed pixels.
#pragma once

#include <omp.h>

#include <algorithm>

#include "genotype/kernels/cpu/conv/convolution_pack.hpp"
#include "genotype/kernels/cpu/conv/convolution_weight_block.hpp"
#include "genotype/kernels/cpu/conv/outer_tile.hpp"
#include "genotype/kernels/cpu/matmul/product_gradient.hpp"
#include "genotype/kernels/general_conv_geometry.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Some large channels of one group that the small pixels meet through one tap.
struct GeneralLargeColumns {
    int kernel_row, kernel_column, first, count;
};

/// Copies them for `pixels` small pixels of the batch from `from` on, zeros for what lies outside.
template <class = void>
inline void gather_columns(const GeneralConvGeometry& g, const GeneralLargeColumns& what, const float* large, long from,
                           int pixels, float* to) {
    const ConvSide rows = g.rows(), columns = g.columns();
    for (long pixel = from; pixel < from + pixels; ++pixel, to += outer_pitch) {
        const long line = pixel / g.small.width, sample = line / g.small.height;
        const int row = rows.meets(false, static_cast<int>(line % g.small.height), what.kernel_row);
        const int column = columns.meets(false, static_cast<int>(pixel % g.small.width), what.kernel_column);
        if (row < 0 || column < 0)
            std::fill_n(to, what.count, 0.0f);
        else
            copy_floats(large + sample * g.large_floats() +
                            (static_cast<long>(row) * g.large.width + column) * g.large_channels + what.first,
                        what.count, to);
    }
}

/// Tiles [first, end) of one group's gradient, numbered [tap][tile of large channels]. Each value is summed in the
/// order of the pixels by one thread.
template <class = void>
inline void general_gradient_tiles(const GeneralConvGeometry& g, int batch, int group, const float* large,
                                   const float* small, float* gradient, bool accumulate, int first, int end) {
    alignas(64) float packed_small[product_gradient_rows * product_gradient_columns];
    alignas(64) float packed_large[product_gradient_rows * outer_pitch] = {};
    const int group_large = g.group_large(), group_small = g.group_small();
    const int tiles = (group_large + outer_rows - 1) / outer_rows;
    const long pixels = static_cast<long>(batch) * g.small_pixels();
    small += static_cast<long>(group) * group_small;
    gradient += static_cast<long>(group) * group_small;
    for (long pixel = 0; pixel < pixels; pixel += product_gradient_rows) {
        const int length = static_cast<int>(std::min<long>(product_gradient_rows, pixels - pixel));
        for (int column = 0; column < group_small; column += product_gradient_columns) {
            const int width = std::min(product_gradient_columns, group_small - column);
            for (int panel = 0; panel < width; panel += tile_columns) {
                const int count = std::min(tile_columns, width - panel);
                pack_panel(length, count, vector_width(count), small + pixel * g.small_channels + column + panel,
                           g.small_channels, 1, packed_small + panel * length);
            }
            for (int tile = first; tile < end; ++tile) {
                const int tap = tile / tiles, channel = tile % tiles * outer_rows;
                const int height = std::min(outer_rows, group_large - channel);
                gather_columns(g, {tap / g.kernel.width, tap % g.kernel.width, group * group_large + channel, height},
                               large, pixel, length, packed_large);
                for (int panel = 0; panel < width; panel += tile_columns) {
                    const int count = std::min(tile_columns, width - panel);
                    outer_product(
                        {packed_large, 0, outer_pitch, packed_small + panel * length, 0, vector_width(count), 1,
                         length},
                        height, count,
                        gradient + (static_cast<long>(tap) * group_large + channel) * g.small_channels + column + panel,
                        g.small_channels, pixel == 0 && !accumulate);
                }
            }
        }
    }
}

template <class = void>
inline void general_weight_gradient(const GeneralConvGeometry& g, int batch, const float* large, const float* small,
                                    float* gradient, bool accumulate) {
    const long tiles = static_cast<long>(g.taps()) * ((g.group_large() + outer_rows - 1) / outer_rows);
    const long all = g.groups * tiles;
    const double work = static_cast<double>(batch) * g.small_pixels() * static_cast<double>(g.weights());
#pragma omp parallel if (work > worth_threads)
    {
        const long thread = omp_get_thread_num(), threads = omp_get_num_threads();
        for (long first = all * thread / threads, end = all * (thread + 1) / threads, next; first < end; first = next) {
            const long group = first / tiles;
            next = std::min(end, (group + 1) * tiles);
            general_gradient_tiles(g, batch, static_cast<int>(group), large, small, gradient, accumulate,
                                   static_cast<int>(first - group * tiles), static_cast<int>(next - group * tiles));
        }
    }
}

}  // namespace genotype::inline v0_1::kernels::detail
