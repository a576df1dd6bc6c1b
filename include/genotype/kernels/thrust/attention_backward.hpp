// The gradient of causal attention over thrust: what a value gathers is summed in one order, in double.
#pragma once

#include "genotype/kernels/thrust/attention.hpp"

namespace genotype {
namespace detail {

/// What the gradients of one text are made of.
struct AttentionSlopes {
    AttentionText text;
    const float *dy, *log_sums;  // the text's first row, like the following
    const float* shifts;         // (rows, heads): what the softmax's sum takes from each slope
    float* dx;

    struct Score {
        double share, slope;
    };
    GENOTYPE_BOTH const float* dy_of(long row, int head) const {
        return dy + row * text.sizes.query_floats() + static_cast<long>(head) * text.sizes.head_width;
    }
    /// The share that a query gives a key, and the slope of their product.
    GENOTYPE_BOTH Score score(long row, long key, int head) const {
        const long at = row * text.sizes.heads + head;
        const double share = std::exp(text.score(text.query(row, head), key, head) - static_cast<double>(log_sums[at]));
        const double slope = dot(text.sizes.head_width, dy_of(row, head), text.value(key, head));
        return {share, share * (slope - static_cast<double>(shifts[at])) /
                           std::sqrt(static_cast<double>(text.sizes.head_width))};
    }
};

/// For (row, head, block of values): the query's gradient, over the keys that it sees.
struct AttentionQueryGradient {
    AttentionSlopes slopes;

    GENOTYPE_BOTH void operator()(long task) const {
        const AttentionSizes& sizes = slopes.text.sizes;
        const int blocks = attention_blocks(sizes), head = static_cast<int>(task / blocks % sizes.heads);
        const int first = static_cast<int>(task % blocks) * attention_block, left = sizes.head_width - first;
        const int width = left < attention_block ? left : attention_block;
        const long row = task / blocks / sizes.heads;
        double sums[attention_block] = {};
        for (long key = 0; key <= row; ++key) {
            const double slope = slopes.score(row, key, head).slope;
            const float* const values = slopes.text.key(key, head) + first;
            for (int d = 0; d < width; ++d) sums[d] += slope * static_cast<double>(values[d]);
        }
        float* const to = slopes.dx + row * sizes.row_floats() + static_cast<long>(head) * sizes.head_width + first;
        for (int d = 0; d < width; ++d) to[d] = static_cast<float>(sums[d]);
    }
};

/// For (row, key-value head, block of values): the gradients of a key and its value, over the heads of their group and
/// the queries that see them.
struct AttentionKeyGradient {
    AttentionSlopes slopes;

    GENOTYPE_BOTH void operator()(long task) const {
        const AttentionText& text = slopes.text;
        const AttentionSizes& sizes = text.sizes;
        const int blocks = attention_blocks(sizes), group = static_cast<int>(task / blocks % sizes.key_value_heads);
        const int first = static_cast<int>(task % blocks) * attention_block, left = sizes.head_width - first;
        const int width = left < attention_block ? left : attention_block;
        const long key = task / blocks / sizes.key_value_heads;
        double keys[attention_block] = {}, values[attention_block] = {};
        for (long row = key; row < text.rows.count; ++row)
            for (int head = group * sizes.group(); head < (group + 1) * sizes.group(); ++head) {
                const AttentionSlopes::Score score = slopes.score(row, key, head);
                const float* const query = text.query(row, head) + first;
                const float* const dy = slopes.dy_of(row, head) + first;
                for (int d = 0; d < width; ++d) {
                    keys[d] += score.slope * static_cast<double>(query[d]);
                    values[d] += score.share * static_cast<double>(dy[d]);
                }
            }
        float* const to = slopes.dx + key * sizes.row_floats() + sizes.query_floats() +
                          static_cast<long>(group) * sizes.head_width + first;
        for (int d = 0; d < width; ++d) to[d] = static_cast<float>(keys[d]);
        for (int d = 0; d < width; ++d) to[sizes.key_floats() + d] = static_cast<float>(values[d]);
    }
};

}  // namespace detail

/// What the softmax's sum takes from each slope, for each head.
template <class System>
constexpr Extent attention_backward_scratch(Thrust<System>, const AttentionSizes& sizes) {
    return {sizes.heads, 0};
}

/// See the reference's.
template <class System>
void attention_backward(Thrust<System> device, const AttentionSizes& sizes, const Sequences& sequences, const float* x,
                        const float* y, const float* dy, const float* log_sums, float* dx, Region scratch) {
    const int width = sizes.head_width;
    const long blocks = detail::attention_blocks(sizes);
    float* const shifts = scratch.per_sample;
    for (int index = 0; index < sequences.count; ++index) {
        const SequenceRows& rows = sequences.list[index];
        const long row = rows.row, count = rows.count, heads = row * sizes.heads;
        detail::each(device, count * sizes.heads, [=] GENOTYPE_BOTH(long i) mutable {
            const long at = (heads + i) * width;
            shifts[heads + i] = static_cast<float>(detail::dot(width, dy + at, y + at));
        });
        const detail::AttentionSlopes slopes{detail::AttentionText(sizes, rows, 0, x, nullptr),
                                             dy + row * sizes.query_floats(), log_sums + heads, shifts + heads,
                                             dx + row * sizes.row_floats()};
        detail::each(device, count * sizes.heads * blocks, detail::AttentionQueryGradient{slopes});
        detail::each(device, count * sizes.key_value_heads * blocks, detail::AttentionKeyGradient{slopes});
    }
}

}  // namespace genotype
