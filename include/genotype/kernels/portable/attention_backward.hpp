// The gradient of causal attention over thrust: what a value gathers is summed in one order, in double.
#pragma once

#include "genotype/kernels/portable/attention.hpp"
#include "genotype/kernels/portable/attention_gradients.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// For (row, head, block of values): the query's gradient, over the keys that it sees.
struct AttentionQueryGradient {
    AttentionBackward call;

    GENOTYPE_BOTH void operator()(long task) const {
        const AttentionSizes& sizes = call.sizes;
        const int blocks = attention_blocks(sizes), head = static_cast<int>(task / blocks % sizes.heads);
        const int first = static_cast<int>(task % blocks) * attention_block, left = sizes.head_width - first;
        const int width = left < attention_block ? left : attention_block;
        const AttentionGradients derivatives = call.derivatives_of(task / blocks / sizes.heads);
        const long row = task / blocks / sizes.heads - derivatives.text.rows.row;
        double sums[attention_block] = {};
        for (long key = 0; key <= row; ++key) {
            const double derivative = derivatives.score(row, key, head).derivative;
            const float* const values = derivatives.text.key(key, head) + first;
            for (int d = 0; d < width; ++d) sums[d] += derivative * static_cast<double>(values[d]);
        }
        float* const to =
            derivatives.dx + row * sizes.row_floats() + static_cast<long>(head) * sizes.head_width + first;
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
        const AttentionGradients derivatives = call.derivatives_of(task / blocks / sizes.key_value_heads);
        const AttentionText& text = derivatives.text;
        const long key = task / blocks / sizes.key_value_heads - text.rows.row;
        double keys[attention_block] = {}, values[attention_block] = {};
        for (long row = key; row < text.rows.count; ++row)
            for (int head = group * sizes.group(); head < (group + 1) * sizes.group(); ++head) {
                const AttentionGradients::Score score = derivatives.score(row, key, head);
                const float* const query = text.query(row, head) + first;
                const float* const dy = derivatives.dy_of(row, head) + first;
                for (int d = 0; d < width; ++d) {
                    keys[d] += score.derivative * static_cast<double>(query[d]);
                    values[d] += score.share * static_cast<double>(dy[d]);
                }
            }
        float* const to = derivatives.dx + key * sizes.row_floats() + sizes.query_floats() +
                          static_cast<long>(group) * sizes.head_width + first;
        for (int d = 0; d < width; ++d) to[d] = static_cast<float>(keys[d]);
        for (int d = 0; d < width; ++d) to[sizes.key_floats() + d] = static_cast<float>(values[d]);
    }
};

/// The gradients of all queries, and of all keys and values, of `rows` rows.
template <class System>
void attend_backward(Thrust<System> device, long rows, const AttentionBackward& call) {
    const long blocks = attention_blocks(call.sizes);
    each(device, rows * call.sizes.heads * blocks, AttentionQueryGradient{call});
    each(device, rows * call.sizes.key_value_heads * blocks, AttentionKeyGradient{call});
}

}  // namespace detail
}  // namespace genotype::inline v0_1::kernels

#if defined(__CUDACC__)
#include "genotype/kernels/cuda/attention_backward.hpp"  // declared before any kernel that calls it
#endif

namespace genotype::inline v0_1::kernels {

/// What the softmax's sum takes from each derivative, for each head.
template <class System>
constexpr MemoryExtent attention_backward_scratch(Thrust<System>, const AttentionSizes& sizes) {
    return {sizes.heads, 0};
}

/// See the reference's.
template <class System>
void attention_backward(Thrust<System> device, long rows, const AttentionSizes& sizes, const Sequences& sequences,
                        const float* x, const float* y, const float* dy, const float* log_sums, float* dx,
                        MemoryRegion scratch) {
    const int width = sizes.head_width;
    float* const shifts = scratch.per_sample;
    detail::each(device, rows * sizes.heads, [=] GENOTYPE_KERNEL(long i) mutable {
        shifts[i] = static_cast<float>(detail::dot(width, dy + i * width, y + i * width));
    });
    detail::attend_backward(device, rows, {sizes, sequences, x, dy, log_sums, shifts, dx});
}

}  // namespace genotype::inline v0_1::kernels
