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

/// A whole call.
struct AttentionBackward {
    AttentionSizes sizes;
    Sequences sequences;
    const float *x, *dy, *log_sums, *shifts;
    float* dx;

    /// Those of the text that `row` of the batch belongs to.
    GENOTYPE_BOTH AttentionSlopes slopes_of(long row) const {
        const AttentionText text(sizes, sequences, row, x, nullptr);
        const long first = text.rows.row;
        return {text, dy + first * sizes.query_floats(), log_sums + first * sizes.heads, shifts + first * sizes.heads,
                dx + first * sizes.row_floats()};
    }
};

/// For (row, head, block of values): the query's gradient, over the keys that it sees.
struct AttentionQueryGradient {
    AttentionBackward call;

    GENOTYPE_BOTH void operator()(long task) const {
        const AttentionSizes& sizes = call.sizes;
        const int blocks = attention_blocks(sizes), head = static_cast<int>(task / blocks % sizes.heads);
        const int first = static_cast<int>(task % blocks) * attention_block, left = sizes.head_width - first;
        const int width = left < attention_block ? left : attention_block;
        const AttentionSlopes slopes = call.slopes_of(task / blocks / sizes.heads);
        const long row = task / blocks / sizes.heads - slopes.text.rows.row;
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
    AttentionBackward call;

    GENOTYPE_BOTH void operator()(long task) const {
        const AttentionSizes& sizes = call.sizes;
        const int blocks = attention_blocks(sizes), group = static_cast<int>(task / blocks % sizes.key_value_heads);
        const int first = static_cast<int>(task % blocks) * attention_block, left = sizes.head_width - first;
        const int width = left < attention_block ? left : attention_block;
        const AttentionSlopes slopes = call.slopes_of(task / blocks / sizes.key_value_heads);
        const AttentionText& text = slopes.text;
        const long key = task / blocks / sizes.key_value_heads - text.rows.row;
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
void attention_backward(Thrust<System> device, long rows, const AttentionSizes& sizes, const Sequences& sequences,
                        const float* x, const float* y, const float* dy, const float* log_sums, float* dx,
                        Region scratch) {
    const int width = sizes.head_width;
    const long blocks = detail::attention_blocks(sizes);
    float* const shifts = scratch.per_sample;
    detail::each(device, rows * sizes.heads, [=] GENOTYPE_BOTH(long i) mutable {
        shifts[i] = static_cast<float>(detail::dot(width, dy + i * width, y + i * width));
    });
    const detail::AttentionBackward call{sizes, sequences, x, dy, log_sums, shifts, dx};
    detail::each(device, rows * sizes.heads * blocks, detail::AttentionQueryGradient{call});
    detail::each(device, rows * sizes.key_value_heads * blocks, detail::AttentionKeyGradient{call});
}

}  // namespace genotype
