// Full attention on the processor: the blocks of causal attention, of which every query sees all keys.
#pragma once

#include "genotype/kernels/cpu/attention/attention_call.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/memory/region.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// One call of `full_attention`.
struct FullAttentionCall {
    const FullAttention& attention;
    float* log_sums;
    float* y;

    /// Queries [first, first + count) of a group for one head.
    template <class = void>
    void attend(const AttentionGroup& group, int head, int first, int count) const {
        constexpr int size = attention_values + (tile_rows + lanes) * widest_head;
        alignas(64) float queries[size], sum_values[size], part_values[size];
        alignas(64) float lists[4][attention_queries + lanes] = {};
        const PartialSoftmax sum{lists[0], lists[1], sum_values}, part{lists[2], lists[3], part_values};
        const KeysValues there{attention.key(group.first_key, head), attention.value(group.first_key, head),
                               attention.key_pitch};
        // All queries are those of one token, the last.
        const QueryRange range{0, count, attention_queries + 1, group.keys - 1};
        const int width = attention.head_width, pitch = attention_pitch(width);
        const float scale = 1 / std::sqrt(static_cast<float>(width));
        for (int query = 0; query < count; ++query)
            map_range(Times{scale}, width, queries + query * width,
                      attention.query(group.first_query + first + query, head));
        std::fill_n(queries + count * width, tile_rows * width, 0.0f);
        attend_block(range, queries, width, there, 0, sum);
        for (int start = attention_keys; start < group.keys; start += attention_keys) {
            attend_block(range, queries, width, there, start, part);
            merge_parts(0, count, pitch, sum, part);
        }
        for (int query = 0; query < count; ++query) {
            const long row = group.first_query + first + query;
            map_range(Times{1 / sum.sums[query]}, width, y + row * attention.width() + head * width,
                      static_cast<const float*>(sum.values + static_cast<long>(query) * pitch));
            if (log_sums) log_sums[row * attention.heads + head] = sum.largest[query] + std::log(sum.sums[query]);
        }
    }
};

}  // namespace detail

/// See the reference's.
template <class = void>
inline void full_attention(Cpu, long, const FullAttention& attention, float* log_sums, float* y) {
    const detail::FullAttentionCall call{attention, log_sums, y};
    const int rows = detail::attention_rows(attention.head_width);
    const auto blocks_of = [&](int group) { return (attention.groups.at(group).queries + rows - 1) / rows; };
    int blocks = 0;
    double work = 0;
    for (int index = 0; index < attention.groups.count; ++index) {
        const AttentionGroup group = attention.groups.at(index);
        blocks += blocks_of(index);
        work += static_cast<double>(group.queries) * group.keys * static_cast<double>(attention.width());
    }
    const int tasks = blocks * attention.heads;
#pragma omp parallel for schedule(dynamic) if (work > detail::worth_threads / 32)
    for (int task = 0; task < tasks; ++task) {
        int index = 0, block = task / attention.heads;
        for (; block >= blocks_of(index); ++index) block -= blocks_of(index);
        const AttentionGroup group = attention.groups.at(index);
        call.attend(group, task % attention.heads, block * rows, std::min(rows, group.queries - block * rows));
    }
}

}  // namespace genotype::inline v0_1::kernels
