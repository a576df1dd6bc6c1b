// What one block of keys gives to some queries: the unit that every form of attention is made of, so that all forms
// give the same bits.
#pragma once

#include <algorithm>
#include <limits>

#include "genotype/kernels/attention.hpp"
#include "genotype/kernels/cpu/conv/convolution_pack.hpp"
#include "genotype/kernels/cpu/matmul/tile.hpp"
#include "genotype/kernels/cpu/simd/fold.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Keys whose scores are summed by themselves. Blocks begin at multiples of this from a text's first token, so a
/// query's sums depend on its position alone.
inline constexpr int attention_keys = 256;
/// Values of the queries that are worked on at a time, and how many queries these are at most.
inline constexpr int attention_values = 16384;
inline constexpr int attention_queries = 8 * tile_rows;

/// A head's values in whole vectors.
constexpr int attention_pitch(int head_width) {
    return (head_width + lanes - 1) / lanes * lanes;
}
/// Queries that are worked on at a time: whole tiles.
constexpr int attention_rows(int head_width) {
    return std::clamp(attention_values / attention_pitch(head_width) / tile_rows * tile_rows, tile_rows,
                      attention_queries);
}

/// Keys and values of one text for one key-value head, from position 0 on.
struct KeysValues {
    const float* keys;
    const float* values;
    long pitch;
};

/// Queries [first, first + count) of a text for one key-value head: `group` heads of the same token are neighbours.
struct QueryRange {
    int first, count, group;
    int before;  // tokens before query 0's

    constexpr int position(int query) const { return before + (first + query) / group; }
    /// The first query of the range that sees `position`.
    constexpr int first_at(int position) const { return std::clamp((position - before) * group - first, 0, count); }
};

/// A softmax half done: for each query its largest score, the sum of the exponentials of the scores less that, and the
/// values weighted with these exponentials, `pitch` floats each. Lists are as long as whole vectors.
struct PartialSoftmax {
    float* largest;
    float* sums;
    float* values;
};

/// rows of x times a panel; x has tile_rows rows more than are used. With `add` the product is added to the result.
template <class = void>
inline void multiply_panel(const float* x, long pitch, int rows, int length, const float* panel, int width,
                           float* result, long result_pitch, bool add = false) {
    alignas(64) static constexpr float zeros[tile_columns] = {};
    float beyond[tile_columns] = {};
    const Piece piece{0, length};
    for (int tile = 0; tile < rows; tile += tile_rows) {
        const int height = std::min(tile_rows, rows - tile);
        float* results[tile_rows];
        for (int i = 0; i < tile_rows; ++i) results[i] = i < height ? result + (tile + i) * result_pitch : beyond;
        const TileFunction multiply = width == lanes ? tile_function<1>(height) : tile_function<2>(height);
        multiply(x + tile * pitch, pitch, &piece, 1, panel, {add ? nullptr : zeros, results});
    }
}

constexpr int panel_width(int columns) {
    return columns > lanes ? tile_columns : lanes;
}

/// Of `count` scores: the largest, and, with each replaced by the exponential of its difference to that, the sum. What
/// is beyond `count` becomes 0 up to `end`. One copy of this code, so that all forms of attention have its roundings.
template <class = void>
[[gnu::noinline]] inline void exponentiate(float* scores, int count, int end, float* largest, float* sum) {
    const int whole = (count + lanes - 1) / lanes * lanes;
    std::fill(scores + count, scores + whole, -std::numeric_limits<float>::infinity());
    Vector most = Vector::load_unaligned(scores);
    for (int i = lanes; i < whole; i += lanes) most = xsimd::max(most, Vector::load_unaligned(scores + i));
    *largest = fold_lanes(most, [](auto left, auto right) { return xsimd::max(left, right); });
    const Vector shift(*largest);
    Vector total(0.0f);
    for (int i = 0; i < whole; i += lanes) {
        const Vector value = xsimd::exp(Vector::load_unaligned(scores + i) - shift);
        value.store_unaligned(scores + i);
        total += value;
    }
    *sum = fold_lanes(total, [](auto left, auto right) { return left + right; });
    if (whole < end) std::fill(scores + whole, scores + end, 0.0f);
}

/// The part of keys [start, start + attention_keys), as far as each query sees them. `queries`: scaled, head_width
/// floats each, followed by tile_rows rows of numbers. Of queries before the first that sees `start` nothing is
/// written. One copy of this code, whoever calls it.
template <class = void>
[[gnu::noinline]] inline void attend_block(const QueryRange& range, const float* queries, int head_width,
                                           const KeysValues& text, int start, PartialSoftmax part) {
    alignas(64) float panel[std::max(widest_head, attention_keys) * tile_columns];
    alignas(64) float scores[(attention_queries + tile_rows) * attention_keys];
    const int pitch = attention_pitch(head_width), begin = range.first_at(start);
    const auto seen = [&](int query) { return std::min(attention_keys, range.position(query) + 1 - start); };
    const int keys = seen(range.count - 1);
    for (int key = 0; key < keys; key += tile_columns) {
        const int columns = std::min(tile_columns, keys - key), first = range.first_at(start + key);
        pack_panel(head_width, columns, tile_columns, text.keys + (start + key) * text.pitch, 1, text.pitch, panel);
        multiply_panel(queries + first * head_width, head_width, range.count - first, head_width, panel, tile_columns,
                       scores + first * attention_keys + key, attention_keys);
    }
    for (int tile = begin; tile < range.count; tile += tile_rows) {
        const int end = std::min(tile + tile_rows, range.count);
        for (int query = tile; query < end; ++query)
            exponentiate(scores + query * attention_keys, seen(query), seen(end - 1), part.largest + query,
                         part.sums + query);
    }
    for (int column = 0; column < head_width; column += tile_columns) {
        const int columns = std::min(tile_columns, head_width - column), width = panel_width(columns);
        pack_panel(keys, columns, width, text.values + start * text.pitch + column, text.pitch, 1, panel);
        for (int tile = begin; tile < range.count; tile += tile_rows) {
            const int rows = std::min(tile_rows, range.count - tile);
            multiply_panel(scores + tile * attention_keys, attention_keys, rows, seen(tile + rows - 1), panel, width,
                           part.values + static_cast<long>(tile) * pitch + column, pitch);
        }
    }
}

/// Takes a later block's part into `sum`, for the queries [begin, count).
template <class = void>
[[gnu::noinline]] inline void merge_parts(int begin, int count, int pitch, const PartialSoftmax& sum,
                                          const PartialSoftmax& part) {
    alignas(64) float old_factors[attention_queries + lanes], new_factors[attention_queries + lanes];
    for (int query = begin / lanes * lanes; query < count; query += lanes) {
        const Vector before = Vector::load_unaligned(sum.largest + query);
        const Vector here = Vector::load_unaligned(part.largest + query);
        const Vector largest = xsimd::max(before, here);
        const Vector old_factor = xsimd::exp(before - largest), new_factor = xsimd::exp(here - largest);
        old_factor.store_unaligned(old_factors + query);
        new_factor.store_unaligned(new_factors + query);
    }
    for (int query = begin; query < count; ++query) {
        const float old_factor = old_factors[query], new_factor = new_factors[query];
        sum.largest[query] = std::max(sum.largest[query], part.largest[query]);
        const float added = new_factor * part.sums[query];
        sum.sums[query] = std::fma(old_factor, sum.sums[query], added);
        float* const to = sum.values + static_cast<long>(query) * pitch;
        const float* const from = part.values + static_cast<long>(query) * pitch;
        for (int i = 0; i < pitch; i += lanes) {
            const Vector term = Vector(new_factor) * Vector::load_unaligned(from + i);
            xsimd::fma(Vector(old_factor), Vector::load_unaligned(to + i), term).store_unaligned(to + i);
        }
    }
}

}  // namespace genotype::inline v0_1::kernels::detail
