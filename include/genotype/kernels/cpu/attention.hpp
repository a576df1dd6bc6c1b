// Causal attention.
#pragma once

#include "genotype/kernels/reference/attention.hpp"

namespace genotype {

constexpr Extent attention_scratch(Cpu, const AttentionSizes& sizes) {
    return attention_scratch(Reference{}, sizes);
}
constexpr Extent attention_backward_scratch(Cpu, const AttentionSizes& sizes) {
    return attention_backward_scratch(Reference{}, sizes);
}
inline void attention(Cpu, const AttentionSizes& sizes, const Sequences& sequences, const float* x, float* cache,
                      float* log_sums, float* y, Region scratch) {
    attention(Reference{}, sizes, sequences, x, cache, log_sums, y, scratch);
}
inline void attention_backward(Cpu, const AttentionSizes& sizes, const Sequences& sequences, const float* x,
                               const float* y, const float* dy, const float* log_sums, float* dx, Region scratch) {
    attention_backward(Reference{}, sizes, sequences, x, y, dy, log_sums, dx, scratch);
}

}  // namespace genotype
