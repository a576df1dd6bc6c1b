// The sizes of an attention, for all devices and directions.
#pragma once

namespace genotype::kernels {

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

}  // namespace genotype::kernels
