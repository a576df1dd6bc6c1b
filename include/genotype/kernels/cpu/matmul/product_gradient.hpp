// The weight gradient of a matrix product: left^T . right over many rows.
#pragma once

#include <omp.h>

#include <algorithm>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/cpu/conv/convolution_pack.hpp"
#include "genotype/kernels/cpu/conv/outer_tile.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Rows that are worked on at a time, where operands are copied and where they are not, and columns of the right one.
inline constexpr int product_gradient_rows = 256, product_gradient_near_rows = 128;
inline constexpr int product_gradient_columns = 4 * tile_columns;

/// Copies `count` neighbouring columns of some rows to a register tile's operand: whole vectors where the rows have
/// them, for what is summed from values beyond `count` is dropped.
template <class = void>
inline void copy_columns(const float* from, long pitch, int rows, int count, int in_row, float* to) {
    for (int row = 0; row < rows; ++row, from += pitch, to += outer_pitch) {
        if (in_row >= outer_pitch)
            unroll<outer_pitch / lanes>(
                [&](auto i) { Vector::load_unaligned(from + i * lanes).store_unaligned(to + i * lanes); });
        else
            copy_floats(from, count, to);
    }
}

/// Tiles over a right operand of so many columns that are worth a copy of both operands: neighbouring rows are then too
/// far apart to stay in the first-level cache.
inline constexpr int product_gradient_tiles = 8, product_gradient_near = 256;

/// gradient[i][j] (+)= sum over rows of left[row][i] * right[row][j], for i in [first, end). Each value is summed in
/// the order of the rows by one thread. Operands are copied where that is worth it, or a tile would reach past their
/// end, and otherwise read where they lie.
template <class = void>
inline void product_gradient_share(long rows, int left_columns, int right_columns, const float* left,
                                   const float* right, float* gradient, bool accumulate, int first, int end) {
    alignas(64) float packed_right[product_gradient_rows * product_gradient_columns];
    alignas(64) float packed_left[product_gradient_rows * outer_pitch];
    // Tiles with an even number of rows each, as equal as they can be.
    const int pairs = (end - first + 1) / 2, tiles = (2 * pairs + outer_rows - 1) / outer_rows;
    const bool copies =
        tiles > product_gradient_tiles && right_columns > product_gradient_near && rows > product_gradient_near_rows;
    const int most = copies ? product_gradient_rows : product_gradient_near_rows;
    auto vectors = [](int width) { return width > lanes ? tile_columns : lanes; };
    auto packs = [&](int width) { return copies || width % lanes != 0; };
    for (long row = 0; row < rows; row += most) {
        const int length = static_cast<int>(std::min<long>(most, rows - row));
        for (int group = 0; group < right_columns; group += product_gradient_columns) {
            const int columns = std::min(product_gradient_columns, right_columns - group);
            const float* const group_right = right + row * right_columns + group;
            auto width_of = [&](int panel) { return std::min(tile_columns, columns - panel); };
            for (int panel = 0; panel < columns; panel += tile_columns)
                if (const int width = width_of(panel); packs(width))
                    pack_panel(length, width, vectors(width), group_right + panel, right_columns, 1,
                               packed_right + panel * length);
            for (int tile = 0; tile < tiles; ++tile) {
                const int i = first + 2 * (pairs * tile / tiles), next = first + 2 * (pairs * (tile + 1) / tiles);
                const int height = std::min(next, end) - i;
                OuterOperands operands{left + row * left_columns + i, 0, left_columns, nullptr, 0, 0, 1, length};
                if (copies || left_columns - i < outer_rows) {
                    copy_columns(operands.large, left_columns, length, height, left_columns - i, packed_left);
                    operands.large = packed_left;
                    operands.large_step = outer_pitch;
                } else if (row + length < rows) {
                    operands.large_ahead = long{length} * left_columns;
                }
                for (int panel = 0; panel < columns; panel += tile_columns) {
                    const int width = width_of(panel);
                    operands.small = packs(width) ? packed_right + panel * length : group_right + panel;
                    operands.small_ahead = packs(width) || tile > 0 ? 0 : long{length} * right_columns;
                    operands.small_step = packs(width) ? vectors(width) : right_columns;
                    outer_product(operands, height, width,
                                  gradient + static_cast<long>(i) * right_columns + group + panel, right_columns,
                                  row == 0 && !accumulate);
                }
            }
        }
    }
}

template <class = void>
inline void product_weight_gradient(const ConvGeometry& g, int batch, const float* large, const float* small,
                                    float* gradient, bool accumulate) {
    const long rows = static_cast<long>(batch) * g.small_pixels();
    const double work = static_cast<double>(std::max(rows, 8L)) * static_cast<double>(g.weights());
#pragma omp parallel if (work > worth_threads)
    {
        const long pairs = (g.large_channels + 1) / 2;
        const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
        const int first = static_cast<int>(pairs * thread / threads) * 2;
        const int end = std::min(static_cast<int>(pairs * (thread + 1) / threads) * 2, g.large_channels);
        product_gradient_share(rows, g.large_channels, g.small_channels, large, small, gradient, accumulate, first,
                               end);
    }
}

}  // namespace genotype::inline v0_1::kernels::detail
