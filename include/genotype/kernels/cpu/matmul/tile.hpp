// The register tile of the processor's matrix products, shaped for its vector registers.
#pragma once

#include <algorithm>
#include <cstring>

#include "genotype/kernels/cpu/simd/unroll.hpp"
#include "genotype/kernels/cpu/simd/vector.hpp"

namespace genotype::inline v0_1::kernels::detail {

inline constexpr int lanes = static_cast<int>(Vector::size);

#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int vector_registers = 32;
#else
inline constexpr int vector_registers = 16;
#endif

/// Rows of the tallest tile. It is two vectors wide: its sums, two weights and one broadcast value fill the registers.
inline constexpr int tile_rows = vector_registers / 2 - 2;
inline constexpr int tile_columns = 2 * lanes;

alignas(64) inline constexpr float vector_of_zeros[lanes] = {};

template <class = void>
inline void copy_floats(const float* from, long count, float* to) {
    for (; count >= lanes; count -= lanes, from += lanes, to += lanes) Vector::load_unaligned(from).store_unaligned(to);
    for (; count >= 4; count -= 4, from += 4, to += 4) std::memcpy(to, from, 4 * sizeof(float));
    for (long i = 0; i < count; ++i) to[i] = from[i];
}

/// A parallel region costs some microseconds; below this many multiplications one thread is faster.
inline constexpr double worth_threads = 1e6;

/// A range of the contraction: `length` values that follow one another in the tile's rows and, from `from` on, in the
/// packed weights. The next piece lies `gap` floats behind it in the rows.
struct Piece {
    long from;
    int length;
    int gap = 0;
    // What is read later, one cache line fetched with each value; null is nothing. Addresses out of bounds do no harm.
    const float* ahead = nullptr;
};

/// Where the rows of a tile end: the sums start from `start` (the bias, one tile wide), or, where that is null, from
/// what the rows hold.
struct TileResult {
    const float* start;
    float* const* rows;
};

/// rows x vectors: row i of the result = start + x[i] . panel, over all pieces in order.
/// x: [rows][pitch]; panel: [contraction][vectors * lanes].
template <int rows, int vectors>
void multiply_tile(const float* x, long pitch, const Piece* pieces, int piece_count, const float* panel,
                   TileResult result) {
    ArrayOf<Vector, rows * vectors> sums;
    unroll<rows * vectors>([&](auto i) {
        constexpr int row = i / vectors, vector = i % vectors;
        sums[i] = Vector::load_unaligned((result.start ? result.start : result.rows[row]) + vector * lanes);
    });
    for (int p = 0; p < piece_count; ++p) {
        const float* weights = panel + pieces[p].from * (vectors * lanes);
        const float* end = x + pieces[p].length;
        const float* ahead = pieces[p].ahead ? pieces[p].ahead : weights;
        for (; x != end; ++x, weights += vectors * lanes, ahead += 16) {
            __builtin_prefetch(ahead);
            ArrayOf<Vector, vectors> weight;
            unroll<vectors>([&](auto v) { weight[v] = Vector::load_unaligned(weights + v * lanes); });
            unroll<rows>([&](auto row) {
                const Vector value(x[row * pitch]);
                unroll<vectors>(
                    [&](auto v) { sums[row * vectors + v] = xsimd::fma(value, weight[v], sums[row * vectors + v]); });
            });
        }
        x += pieces[p].gap;
    }
    unroll<rows * vectors>([&](auto i) {
        constexpr int row = i / vectors, vector = i % vectors;
        sums[i].store_unaligned(result.rows[row] + vector * lanes);
    });
}

using TileFunction = void (*)(const float*, long, const Piece*, int, const float*, TileResult);

/// The lowest register tile that holds `rows`. Few heights, because each costs compile time; rows that are not there
/// go nowhere.
constexpr int tile_height(int rows) {
    for (int height : {1, tile_rows / 4 + 1, tile_rows / 2 + 1})
        if (rows <= height) return height;
    return tile_rows;
}

template <int vectors>
TileFunction tile_function(int rows) {
    switch (tile_height(rows)) {
        case 1:
            return multiply_tile<1, vectors>;
        case tile_rows / 4 + 1:
            return multiply_tile<tile_rows / 4 + 1, vectors>;
        case tile_rows / 2 + 1:
            return multiply_tile<tile_rows / 2 + 1, vectors>;
        default:
            return multiply_tile<tile_rows, vectors>;
    }
}

}  // namespace genotype::inline v0_1::kernels::detail
