// The sizes of an attention, for all devices and directions.
#pragma once

#include "genotype/kernels/text_rows.hpp"

namespace genotype::inline v0_1::kernels {

/// The widest head that every device computes: blocks of it lie on a thread's stack.
inline constexpr int widest_head = 256;

/// A row holds its token's queries, one for each head, then its keys, then its values, one of each for each group of
/// heads / key_value_heads heads. What comes out is a row of as many values as there are queries. A session remembers a
/// position's keys and values as they lie in a row: first all keys, then all values.
struct AttentionSizes {
    int heads = 1, key_value_heads = 1, head_width = 1;

    constexpr int group() const { return heads / key_value_heads; }
    constexpr int query_floats() const { return heads * head_width; }
    constexpr int key_floats() const { return key_value_heads * head_width; }
    constexpr int row_floats() const { return query_floats() + 2 * key_floats(); }
    constexpr int session_floats() const { return 2 * key_floats(); }
};

/// Rows that attend to one another: those of the queries, and those of the keys and values.
struct AttentionGroup {
    int first_query = 0, queries = 0;
    int first_key = 0, keys = 0;
};

/// All groups of a full attention: texts, each of which attends to its own tokens, or so many groups that are alike,
/// such as the pixels of images.
struct AttentionGroups {
    int count = 0;
    int queries = 0, keys = 0;  // of each group; 0 where they are texts
    Sequences texts{};

    constexpr AttentionGroup at(int index) const {
        if (keys > 0) return {index * queries, queries, index * keys, keys};
        return of_text(text_at(texts, index));
    }
    constexpr AttentionGroup of_query(long row) const {
        return keys > 0 ? at(static_cast<int>(row / queries)) : of_text(text_of(texts, static_cast<int>(row)));
    }
    constexpr AttentionGroup of_key(long row) const {
        return keys > 0 ? at(static_cast<int>(row / keys)) : of_text(text_of(texts, static_cast<int>(row)));
    }

  private:
    static constexpr AttentionGroup of_text(const SequenceRows& text) {
        return {text.row, text.count, text.row, text.count};
    }
};

/// A full attention: each query sees all keys of its group. Queries lie `query_pitch` floats from row to row, keys and
/// values `key_pitch`; what comes out is (rows, heads, head_width).
struct FullAttention {
    int heads = 1, head_width = 1;
    AttentionGroups groups{};
    const float *queries = nullptr, *keys = nullptr, *values = nullptr;
    long query_pitch = 0, key_pitch = 0;

    constexpr long width() const { return static_cast<long>(heads) * head_width; }
    constexpr const float* query(long row, int head) const {
        return queries + row * query_pitch + static_cast<long>(head) * head_width;
    }
    constexpr const float* key(long row, int head) const {
        return keys + row * key_pitch + static_cast<long>(head) * head_width;
    }
    constexpr const float* value(long row, int head) const {
        return values + row * key_pitch + static_cast<long>(head) * head_width;
    }
};

/// Floats that the backward of a full attention's tangent works out for each query and head first.
inline constexpr int attention_moments = 3;

/// Where the gradients of a full attention go: by queries, keys and values, which lie as those do.
struct FullAttentionGradients {
    float *queries = nullptr, *keys = nullptr, *values = nullptr;
};

}  // namespace genotype::inline v0_1::kernels
