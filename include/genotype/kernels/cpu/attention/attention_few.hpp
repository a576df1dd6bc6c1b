// A block of keys for at most four queries, which is what the next token of a text asks for: values are read where they
// lie, and tiles are as low as they need be.
#pragma once

#include "genotype/kernels/cpu/attention/attention_block.hpp"
#include "genotype/memory/region.hpp"

namespace genotype::inline v0_1::kernels::detail {

inline constexpr int few_queries = 4;
/// Vectors of the widest tile of few rows.
inline constexpr int few_vectors = vector_registers == 32 ? 4 : 2;

/// The rows of a session that will be read soon lie apart, so that the processor does not guess them: they are asked
/// for so many rows before they are read.
inline constexpr int keys_ahead = 32, values_ahead = 16;

template <class = void>
inline void fetch(const float* from, long pitch, int rows, int width) {
    for (int row = 0; row < rows; ++row)
        for (int i = 0; i < width; i += static_cast<int>(alignment_floats)) __builtin_prefetch(from + row * pitch + i);
}

/// scores[row][key] = queries[row] . keys[key] of `vectors` vectors of keys.
template <int rows, int vectors>
void score_keys(const float* queries, int width, const float* panel, float* scores) {
    constexpr int keys = vectors * lanes;
    alignas(64) static constexpr ArrayOf<float, keys> zeros = {};
    ArrayOf<float*, rows> results;
    for (int row = 0; row < rows; ++row) results[row] = scores + row * attention_keys;
    const Piece piece{0, width};
    multiply_tile<rows, vectors>(queries, width, &piece, 1, panel, {zeros, results});
}

/// result[row] = the sum of weights[row][key] * values[key], `vectors` vectors wide.
template <int rows, int vectors>
void weigh_values(const float* weights, int keys, const float* values, long pitch, float* result, long result_pitch) {
    ArrayOf<Vector, rows * vectors> sums;
    unroll<rows * vectors>([&](auto i) { sums[i] = Vector(0.0f); });
    for (int key = 0; key < keys; ++key, values += pitch) {
        ArrayOf<Vector, vectors> value;
        const float* const soon = values + std::min(values_ahead, keys - 1 - key) * pitch;
        unroll<vectors>([&](auto v) { __builtin_prefetch(soon + v * lanes); });
        unroll<vectors>([&](auto v) { value[v] = Vector::load_unaligned(values + v * lanes); });
        unroll<rows>([&](auto row) {
            const Vector weight(weights[row * attention_keys + key]);
            unroll<vectors>(
                [&](auto v) { sums[row * vectors + v] = xsimd::fma(weight, value[v], sums[row * vectors + v]); });
        });
    }
    unroll<rows * vectors>([&](auto i) {
        constexpr int row = i / vectors, vector = i % vectors;
        sums[i].store_unaligned(result + row * result_pitch + vector * lanes);
    });
}

/// `attend_block` for `rows` queries that all see the block's first key, of a head that is whole vectors wide.
template <int rows>
void attend_few(const QueryRange& range, const float* queries, int head_width, const KeysValues& text, int start,
                const PartialSoftmax& part) {
    alignas(64) float panel[widest_head * few_vectors * lanes];
    alignas(64) ArrayOf<float, rows * attention_keys> scores;
    const auto seen = [&](int query) { return std::min(attention_keys, range.position(query) + 1 - start); };
    const int keys = seen(rows - 1);
    for (int key = 0, width; key < keys; key += width) {
        width = keys - key >= few_vectors * lanes ? few_vectors * lanes : lanes;
        const float* const from = text.keys + (start + key) * text.pitch;
        if (keys - key < width)
            pack_panel(head_width, keys - key, width, from, 1, text.pitch, panel);
        else
            for (int group = 0; group < width; group += lanes) {
                const int soon = key + group + keys_ahead;
                fetch(text.keys + (start + soon) * text.pitch, text.pitch, std::min(lanes, keys - soon), head_width);
                for (int i = 0; i < head_width; i += lanes)
                    transpose_square_of_lanes(from + group * text.pitch + i, text.pitch, panel + i * width + group,
                                              width);
            }
        if (width == lanes)
            score_keys<rows, 1>(queries, head_width, panel, scores + key);
        else
            score_keys<rows, few_vectors>(queries, head_width, panel, scores + key);
    }
    for (int query = 0; query < rows; ++query)
        exponentiate(scores + query * attention_keys, seen(query), keys, part.largest + query, part.sums + query);
    const float* const values = text.values + start * text.pitch;
    int column = 0;
    for (; column + few_vectors * lanes <= head_width; column += few_vectors * lanes)
        weigh_values<rows, few_vectors>(scores, keys, values + column, text.pitch, part.values + column, head_width);
    for (; column < head_width; column += lanes)
        weigh_values<rows, 1>(scores, keys, values + column, text.pitch, part.values + column, head_width);
}

/// A block of keys for queries of one token.
template <class = void>
inline void attend_token(const QueryRange& range, const float* queries, int head_width, const KeysValues& text,
                         int start, const PartialSoftmax& part) {
    if (head_width % lanes != 0 || range.count > few_queries)
        attend_block(range, queries, head_width, text, start, part);
    else if (range.count == 1)
        attend_few<1>(range, queries, head_width, text, start, part);
    else if (range.count == 2)
        attend_few<2>(range, queries, head_width, text, start, part);
    else if (range.count == 3)
        attend_few<3>(range, queries, head_width, text, start, part);
    else
        attend_few<4>(range, queries, head_width, text, start, part);
}

}  // namespace genotype::inline v0_1::kernels::detail
