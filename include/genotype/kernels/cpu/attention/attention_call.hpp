// What one call of attention reads and writes, text by text.
#pragma once

#include <cmath>

#include "genotype/kernels/attention.hpp"
#include "genotype/kernels/cpu/attention/attention_block.hpp"
#include "genotype/kernels/cpu/simd/ranges.hpp"
#include "genotype/kernels/text_rows.hpp"

namespace genotype::inline v0_1::kernels::detail {

struct Times {
    float factor;

    template <class V>
    constexpr V operator()(V x) const {
        return V(factor) * x;
    }
};

/// One call of `attention`.
struct AttentionCall {
    const AttentionSizes& sizes;
    const Sequences& sequences;
    const float* x;
    float* cache;
    float* log_sums;
    float* y;

    int width() const { return sizes.head_width; }
    int pitch() const { return attention_pitch(sizes.head_width); }
    int before(const SequenceRows& text) const { return cache ? text.position : 0; }
    /// Queries of one key-value head.
    int queries(const SequenceRows& text) const { return text.count * sizes.group(); }

    KeysValues keys_values(const SequenceRows& text, int key_head) const {
        const float* const keys =
            (cache ? cache + static_cast<long>(text.slot) * sequences.context * sizes.session_floats()
                   : x + static_cast<long>(text.row) * sizes.row_floats() + sizes.query_floats()) +
            key_head * sizes.head_width;
        return {keys, keys + sizes.key_floats(), cache ? sizes.session_floats() : sizes.row_floats()};
    }

    /// Puts the keys and values of a row where the session remembers them.
    template <class = void>
    void remember(int row) const {
        const SequenceRows text = text_of(sequences, row);
        const long position = static_cast<long>(text.slot) * sequences.context + text.position + row - text.row;
        copy_floats(x + static_cast<long>(row) * sizes.row_floats() + sizes.query_floats(), sizes.session_floats(),
                    cache + position * sizes.session_floats());
    }

    /// Copies queries, scaled, and clears the rows that a tile may read behind them.
    template <class = void>
    void load(const SequenceRows& text, int key_head, const QueryRange& range, float* queries) const {
        const float scale = 1 / std::sqrt(static_cast<float>(width()));
        for (int query = 0; query < range.count; ++query) {
            const int token = (range.first + query) / range.group, head = (range.first + query) % range.group;
            const float* const from = x + static_cast<long>(text.row + token) * sizes.row_floats() +
                                      (key_head * range.group + head) * width();
            map_range(Times{scale}, width(), queries + query * width(), from);
        }
        std::fill_n(queries + range.count * width(), tile_rows * width(), 0.0f);
    }

    /// Writes what the softmax comes to.
    [[gnu::noinline]] void finish(const SequenceRows& text, int key_head, const QueryRange& range,
                                  const PartialSoftmax& sum) const {
        for (int query = 0; query < range.count; ++query) {
            const long row = text.row + (range.first + query) / range.group;
            const int head = key_head * range.group + (range.first + query) % range.group;
            float* const to = y + row * sizes.query_floats() + head * width();
            const float* const from = sum.values + static_cast<long>(query) * pitch();
            const float inverse = 1 / sum.sums[query];
            map_range(Times{inverse}, width(), to, from);
            if (log_sums) log_sums[row * sizes.heads + head] = sum.largest[query] + std::log(sum.sums[query]);
        }
    }

    /// Some queries against all keys that they see, one block after the other.
    template <class = void>
    void attend(const SequenceRows& text, int key_head, const QueryRange& range) const {
        constexpr int values = attention_values + (tile_rows + lanes) * widest_head;
        alignas(64) float queries[values], sum_values[values], part_values[values];
        alignas(64) float lists[4][attention_queries + lanes] = {};
        const PartialSoftmax sum{lists[0], lists[1], sum_values}, part{lists[2], lists[3], part_values};
        const KeysValues there = keys_values(text, key_head);
        load(text, key_head, range, queries);
        attend_block(range, queries, width(), there, 0, sum);
        for (int start = attention_keys; start <= range.position(range.count - 1); start += attention_keys) {
            attend_block(range, queries, width(), there, start, part);
            merge_parts(range.first_at(start), range.count, pitch(), sum, part);
        }
        finish(text, key_head, range, sum);
    }
};

}  // namespace genotype::inline v0_1::kernels::detail
