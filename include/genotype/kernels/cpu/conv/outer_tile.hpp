// The register tile of a weight gradient: a sum of outer products over pixels.
#pragma once

#include <algorithm>

#include "genotype/kernels/cpu/matmul/tile.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Rows of the tallest tile; all tiles have an even number.
inline constexpr int outer_rows = vector_registers == 32 ? 14 : 6;

/// A tile's rows lie in whole vectors, so that one pixel is one copy.
inline constexpr int outer_pitch = (outer_rows + lanes - 1) / lanes * lanes;

/// Two operands whose pixels come in `runs` of `length`. In floats: the pitch from run to run, the step from pixel to
/// pixel (packed: outer_pitch, and vectors * lanes), and how far behind a pixel lies the one that is fetched meanwhile;
/// 0: none. Operands that are read where they lie need that: their pixels are too far apart for the processor to see.
struct OuterOperands {
    const float* large;
    long large_pitch, large_step;
    const float* small;
    long small_pitch, small_step;
    int runs, length;
    long large_ahead = 0, small_ahead = 0;
};

/// result[row][column] (+)= sum over pixels of large[pixel][row] * small[pixel][column]; `first`: written, not added.
template <int rows, int vectors>
void outer_tile(const OuterOperands& operands, float* result, long pitch, bool first) {
    ArrayOf<Vector, rows * vectors> sums;
    unroll<rows * vectors>([&](auto i) {
        constexpr int row = i / vectors, vector = i % vectors;
        sums[i] = Vector::load_unaligned(first ? vector_of_zeros : result + row * pitch + vector * lanes);
    });
    for (int run = 0; run < operands.runs; ++run) {
        const float* large = operands.large + run * operands.large_pitch;
        const float* small = operands.small + run * operands.small_pitch;
        for (int pixel = 0; pixel < operands.length;
             ++pixel, large += operands.large_step, small += operands.small_step) {
            if (operands.large_ahead != 0) {
                __builtin_prefetch(large + operands.large_ahead);
                unroll<vectors>([&](auto v) { __builtin_prefetch(small + operands.small_ahead + v * lanes); });
            }
            ArrayOf<Vector, vectors> value;
            unroll<vectors>([&](auto v) { value[v] = Vector::load_unaligned(small + v * lanes); });
            unroll<rows>([&](auto row) {
                const Vector factor(large[row]);
                unroll<vectors>(
                    [&](auto v) { sums[row * vectors + v] = xsimd::fma(factor, value[v], sums[row * vectors + v]); });
            });
        }
    }
    unroll<rows * vectors>([&](auto i) {
        constexpr int row = i / vectors, vector = i % vectors;
        sums[i].store_unaligned(result + row * pitch + vector * lanes);
    });
}

using OuterFunction = void (*)(const OuterOperands&, float*, long, bool);

/// The lowest tile that holds `rows`, and its height. Few heights, because each costs compile time.
struct OuterTile {
    int rows;
    OuterFunction multiply;
};

template <class = void>
inline OuterTile tile_for(int rows, int columns) {
    constexpr int tall = outer_rows, low = tall == 14 ? 4 : 2;
    if (columns <= lanes)
        return rows <= low ? OuterTile{low, outer_tile<low, 1>} : OuterTile{tall, outer_tile<tall, 1>};
    if (rows <= low) return {low, outer_tile<low, 2>};
    if (rows <= tall - 4) return {tall - 4, outer_tile<tall - 4, 2>};
    if (rows <= tall - 2) return {tall - 2, outer_tile<tall - 2, 2>};
    return {tall, outer_tile<tall, 2>};
}

/// One tile of the gradient. A tile that the registers' shape does not divide goes through a copy.
template <class = void>
inline void outer_product(const OuterOperands& operands, int rows, int columns, float* result, long pitch, bool first) {
    const OuterTile tile = tile_for(rows, columns);
    if (rows == tile.rows && columns % lanes == 0) return tile.multiply(operands, result, pitch, first);
    float spill[outer_rows * tile_columns] = {};
    if (!first)
        for (int i = 0; i < rows; ++i) std::copy_n(result + i * pitch, columns, spill + i * tile_columns);
    tile.multiply(operands, spill, tile_columns, first);
    for (int i = 0; i < rows; ++i) std::copy_n(spill + i * tile_columns, columns, result + i * pitch);
}

}  // namespace genotype::inline v0_1::kernels::detail
