// The gradient of full attention on the processor: that of causal attention without its triangle.
#pragma once

#include "genotype/kernels/cpu/attention/attention_backward.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class = void>
inline void full_attention_backward(Cpu, long, long, const FullAttention& attention, const float* y, const float* dy,
                                    const float* log_sums, const FullAttentionGradients& to, float*) {
    const AttentionSizes sizes{attention.heads, attention.heads, attention.head_width};
    const detail::AttentionGradient gradient{sizes,
                                             false,
                                             attention.queries,
                                             attention.keys,
                                             attention.values,
                                             attention.query_pitch,
                                             attention.key_pitch,
                                             y,
                                             dy,
                                             log_sums,
                                             to.queries,
                                             to.keys,
                                             to.values,
                                             nullptr};
    double work = 0;
    for (int index = 0; index < attention.groups.count; ++index) {
        const AttentionGroup group = attention.groups.at(index);
        work += static_cast<double>(group.queries) * group.keys * static_cast<double>(attention.width());
    }
    const int tasks = attention.groups.count * attention.heads;
#pragma omp parallel for schedule(dynamic) if (work > detail::worth_threads / 16)
    for (int task = 0; task < tasks; ++task)
        gradient.run(attention.groups.at(task / attention.heads), task % attention.heads);
}

}  // namespace genotype::inline v0_1::kernels
