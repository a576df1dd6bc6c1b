// Four rows of weights in a file's form: multiplied with as they are read, or made to float32.
#pragma once

#include <algorithm>
#include <cstring>

#include "genotype/kernels/cpu/quantized/stored_dots.hpp"
#include "genotype/kernels/cpu/quantized/stored_values.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Four rows of weights from some value on.
struct StoredQuad {
    const std::byte* rows[dots_columns];
    const std::byte* ahead;  // what to ask the memory for meanwhile
};

/// Bytes in front of what is read that the memory is asked for. Without, four rows at a time are more than what the
/// processor foresees, and less than half of what memory gives arrives.
inline constexpr long stored_ahead = 8192;

/// Calls f(at, row, vectors) for the values `at`, ... of each of the four rows, row by row, up to `length`, which is
/// whole vectors.
template <class Block, class F>
[[gnu::always_inline]] inline void for_each_stored(StoredQuad quad, int length, F f) {
    constexpr int vectors = stored_vectors<Block>;
    constexpr long bytes = dots_columns * stored_step<Block>;
    StoredScales<Block> scales;
    scales.load(quad.rows, length / (vectors * lanes));
    for (int at = 0, step = 0; at < length; at += vectors * lanes, ++step) {
        for (long line = 0; line < bytes; line += 64) __builtin_prefetch(quad.ahead + line);
        quad.ahead += bytes;
        unroll<dots_columns>([&](auto row) __attribute__((always_inline)) {
            ArrayOf<Vector, vectors> weights;
            load_stored<Block>(quad.rows[row], scales, step, row, weights);
            quad.rows[row] += stored_step<Block>;
            f(at, row, weights);
        });
    }
}

/// `rows` rows of x, a pitch apart, times the four rows of weights, which are read once and stay in registers.
template <class Block, int rows>
void multiply_stored(const float* x, long pitch, const StoredQuad& quad, int length, const DotsResult& to) {
    ArrayOf<Vector, rows * dots_columns> sums;
    unroll<rows * dots_columns>([&](auto i) { sums[i] = Vector(0.0f); });
    constexpr int vectors = stored_vectors<Block>;
    ArrayOf<Vector, rows * vectors> values;
    for_each_stored<Block>(
        quad, length, [&](int at, auto column, const auto& weights) __attribute__((always_inline)) {
            unroll<vectors>([&](auto vector) __attribute__((always_inline)) {
                unroll<rows>([&](auto row) __attribute__((always_inline)) {
                    Vector& value = values[row * vectors + vector];
                    if (column == 0) {
                        value = Vector::load_unaligned(x + row * pitch + at + vector * lanes);
                        if constexpr (rows == 1) keep_in_register(value);
                    }
                    Vector& sum = sums[row * dots_columns + column];
                    sum = xsimd::fma(value, weights[vector], sum);
                });
            });
        });
    ArrayOf<Quad, rows> quads;
    unroll<rows>([&](auto row) { quads[row] = sums_of_lanes(sums + row * dots_columns); });
    finish_dots(quads, rows, to);
}

/// The four rows as float32: [vector][4][lanes].
template <class Block>
void unpack_stored(const StoredQuad& quad, int length, float* to) {
    if constexpr (has_vector_form<Block>) {
        for_each_stored<Block>(
            quad, length, [&](int at, auto row, const auto& weights) __attribute__((always_inline)) {
                unroll<stored_vectors<Block>>([&](auto vector) __attribute__((always_inline)) {
                    weights[vector].store_unaligned(to + at * dots_columns + (vector * dots_columns + row) * lanes);
                });
            });
    } else {
        // A row at a time: a vector that is read just after its parts were written waits for them to reach the cache.
        alignas(64) float values[dots_chunk];
        const std::byte* ahead = quad.ahead;
        for (int row = 0; row < dots_columns; ++row) {
            const std::byte* from = quad.rows[row];
            const std::byte* const end = from + length / Block::values * long{sizeof(Block)};
            for (float* made = values; from != end; from += sizeof(Block), made += Block::values) {
                Block block;
                std::memcpy(&block, from, sizeof(Block));
                dequantize(block, made);
            }
            for (const std::byte* const next = ahead + (end - quad.rows[row]); ahead < next; ahead += 64)
                __builtin_prefetch(ahead);
            for (int at = 0; at < length; at += lanes)
                Vector::load_aligned(values + at).store_unaligned(to + at * dots_columns + row * lanes);
        }
    }
}

/// The same of fewer values than a vector has; zero behind them.
template <class Block>
void unpack_stored_rest(const StoredQuad& quad, int length, float* to) {
    std::fill_n(to, dots_columns * lanes, 0.0f);
    for (int row = 0; row < dots_columns; ++row)
        genotype::detail::dequantize_values<Block>(quad.rows[row], length, to + row * lanes);
}

/// What is needed of a type of weights to make them float32: code that works on these is compiled once for all types.
struct StoredForm {
    long values, bytes;  // of a block
    void (*unpack)(const StoredQuad&, int length, float* to);
    void (*unpack_rest)(const StoredQuad&, int length, float* to);

    /// Bytes before value `begin` of a row.
    long offset(int begin) const { return begin / values * bytes; }
};
template <class Block>
inline constexpr StoredForm stored_form{static_cast<long>(genotype::detail::values_of<Block>()),
                                        static_cast<long>(sizeof(Block)), unpack_stored<Block>,
                                        unpack_stored_rest<Block>};

}  // namespace genotype::inline v0_1::kernels::detail
