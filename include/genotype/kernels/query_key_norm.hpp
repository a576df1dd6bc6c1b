// The weights of a norm of each head's queries and keys, for all devices.
#pragma once

#include "genotype/kernels/attention.hpp"

namespace genotype::inline v0_1::kernels {

/// A weight for each feature of a head: one row for all queries, one for all keys. The gradients by them lie likewise.
template <class Float>
struct QueryKeyRows {
    Float *queries = nullptr, *keys = nullptr;

    /// Of a head of a row, which are counted through queries, keys and values; null: values have none.
    constexpr Float* of(const AttentionSizes& sizes, int head) const {
        return head < sizes.heads ? queries : head < normed_heads(sizes) ? keys : nullptr;
    }
    static constexpr int normed_heads(const AttentionSizes& sizes) { return sizes.heads + sizes.key_value_heads; }
    static constexpr int all_heads(const AttentionSizes& sizes) { return sizes.heads + 2 * sizes.key_value_heads; }
};
using QueryKeyWeights = QueryKeyRows<const float>;
using QueryKeyGradients = QueryKeyRows<float>;

}  // namespace genotype::inline v0_1::kernels
