// The weight gradient of a matrix product: left^T . right over many rows.
#pragma once

#include <omp.h>

#include <algorithm>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/cpu/convolution_pack.hpp"
#include "genotype/kernels/cpu/outer_tile.hpp"

namespace genotype::kernels::detail {

/// Rows for which both operands are copied at a time, and columns of the right one.
inline constexpr int product_gradient_rows = 256, product_gradient_columns = 4 * tile_columns;

/// Copies `count` neighbouring columns of some rows to a register tile's operand: whole vectors where the rows have
/// them, for what is summed from values beyond `count` is dropped.
inline void copy_columns(const float* from, long pitch, int rows, int count, int in_row, float* to) {
    for (int row = 0; row < rows; ++row, from += pitch, to += outer_pitch) {
        if (in_row >= outer_pitch)
            unroll<outer_pitch / lanes>(
                [&](auto i) { Vector::load_unaligned(from + i * lanes).store_unaligned(to + i * lanes); });
        else
            copy_floats(from, count, to);
    }
}

/// gradient[i][j] (+)= sum over rows of left[row][i] * right[row][j], for i in [first, end). Each value is summed in
/// the order of the rows by one thread.
inline void product_gradient_share(long rows, int left_columns, int right_columns, const float* left,
                                   const float* right, float* gradient, bool accumulate, int first, int end) {
    alignas(64) float packed_right[product_gradient_rows * product_gradient_columns];
    alignas(64) float packed_left[product_gradient_rows * outer_pitch];
    for (long row = 0; row < rows; row += product_gradient_rows) {
        const int length = static_cast<int>(std::min<long>(product_gradient_rows, rows - row));
        for (int column = 0; column < right_columns; column += product_gradient_columns) {
            const int columns = std::min(product_gradient_columns, right_columns - column);
            for (int panel = 0; panel < columns; panel += tile_columns)
                pack_panel(length, std::min(tile_columns, columns - panel),
                           columns - panel > lanes ? tile_columns : lanes, right + row * right_columns + column + panel,
                           right_columns, 1, packed_right + panel * length);
            for (int i = first, height; i < end; i += height) {
                height = std::min(outer_rows, end - i);
                copy_columns(left + row * left_columns + i, left_columns, length, height, left_columns - i,
                             packed_left);
                for (int panel = 0; panel < columns; panel += tile_columns) {
                    const int width = std::min(tile_columns, columns - panel);
                    outer_product({packed_left, 0, outer_pitch, packed_right + panel * length, 0,
                                   width > lanes ? tile_columns : lanes, 1, length},
                                  height, width, gradient + static_cast<long>(i) * right_columns + column + panel,
                                  right_columns, row == 0 && !accumulate);
                }
            }
        }
    }
}

inline void product_weight_gradient(const ConvGeometry& g, int batch, const float* large, const float* small,
                                    float* gradient, bool accumulate) {
    const long rows = static_cast<long>(batch) * g.small_pixels();
    const double work = static_cast<double>(std::max(rows, 8L)) * static_cast<double>(g.weights());
#pragma omp parallel if (work > worth_threads)
    {
        // Threads begin at whole tiles.
        const long tiles = (g.large_channels + outer_rows - 1) / outer_rows;
        const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
        const int first = static_cast<int>(tiles * thread / threads) * outer_rows;
        const int end = std::min(static_cast<int>(tiles * (thread + 1) / threads) * outer_rows, g.large_channels);
        product_gradient_share(rows, g.large_channels, g.small_channels, large, small, gradient, accumulate, first,
                               end);
    }
}

}  // namespace genotype::kernels::detail
