// How the threads of one block of a GPU make the gradients of a query, or of a key and its value. Plain code over a
// `Block`, so that a test can run it on the processor.
#pragma once

#include "genotype/kernels/portable/attention_gradients.hpp"
#include "genotype/kernels/portable/block_attention.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// What the block shares. A thread has a pair of a query and a key at a time, then a column.
template <int count>
struct AttentionGradientBlock {
    static constexpr int threads = count;  // as many as a head is wide at least

    ArrayOf<float, threads> left, right;  // of the block's own query or key, and of its dy or value
    ArrayOf<float, threads> derivatives, shares;
    ArrayOf<float, threads> combined;

    /// The pair that a thread looks at: the sum of the products of both with what the block has.
    GENOTYPE_BOTH void set(int thread, int width, const float* with_left, const float* with_right, float log_sum,
                           float shift) {
        float score = 0, derivative = 0;
        for (int i = 0; i < width; ++i) {
            score += left[i] * with_left[i];
            derivative += right[i] * with_right[i];
        }
        const float scale = 1 / std::sqrt(static_cast<float>(width));
        shares[thread] = std::exp(score * scale - log_sum);
        derivatives[thread] = shares[thread] * (derivative - shift) * scale;
    }
};

/// The gradient of a head's query: see `AttentionQueryGradient`. Sums are floats, in an order that depends on the row's
/// place in its text and the head's width alone.
template <class Block, int threads>
GENOTYPE_BOTH void attend_query_gradient(Block block, AttentionGradientBlock<threads>& shared,
                                         const AttentionBackward& call, long row, int head) {
    const AttentionGradients derivatives = call.derivatives_of(row);
    const long here = row - derivatives.text.rows.row, at = here * call.sizes.heads + head;
    const int thread = block.thread(), width = call.sizes.head_width;
    const AttentionColumns columns(threads, thread, width);
    if (thread < width) {
        shared.left[thread] = derivatives.text.query(here, head)[thread];
        shared.right[thread] = derivatives.dy_of(here, head)[thread];
    }
    block.sync();
    float value = 0;
    for (long first = 0; first <= here; first += threads) {
        const int keys = static_cast<int>(here + 1 - first < threads ? here + 1 - first : threads);
        if (thread < keys)
            shared.set(thread, width, derivatives.text.key(first + thread, head),
                       derivatives.text.value(first + thread, head), derivatives.log_sums[at], derivatives.shifts[at]);
        block.sync();
        for (int key = columns.part; key < keys; key += columns.parts)
            value += shared.derivatives[key] * derivatives.text.key(first + key, head)[columns.column];
        block.sync();  // the next pairs go to the same place
    }
    value = columns.gather(block, shared.combined, value);
    if (thread < width)
        derivatives.dx[here * call.sizes.row_floats() + static_cast<long>(head) * width + thread] = value;
}

/// The gradients of a key and its value, of the heads of a group: see `AttentionKeyGradient`.
template <class Block, int threads>
GENOTYPE_BOTH void attend_key_gradient(Block block, AttentionGradientBlock<threads>& shared,
                                       const AttentionBackward& call, long row, int group) {
    const AttentionGradients derivatives = call.derivatives_of(row);
    const AttentionSizes& sizes = call.sizes;
    const long here = row - derivatives.text.rows.row;
    const int thread = block.thread(), width = sizes.head_width, heads = sizes.group();
    const AttentionColumns columns(threads, thread, width);
    if (thread < width) {
        shared.left[thread] = derivatives.text.key(here, group * heads)[thread];
        shared.right[thread] = derivatives.text.value(here, group * heads)[thread];
    }
    block.sync();
    // The heads of the row itself, then those of the next row.
    const long pairs = (derivatives.text.rows.count - here) * heads;
    const auto row_of = [&](long pair) { return here + pair / heads; };
    const auto head_of = [&](long pair) { return group * heads + static_cast<int>(pair % heads); };
    float key = 0, value = 0;
    for (long first = 0; first < pairs; first += threads) {
        const int queries = static_cast<int>(pairs - first < threads ? pairs - first : threads);
        if (thread < queries) {
            const long other = row_of(first + thread);
            const int head = head_of(first + thread);
            shared.set(thread, width, derivatives.text.query(other, head), derivatives.dy_of(other, head),
                       derivatives.log_sums[other * sizes.heads + head],
                       derivatives.shifts[other * sizes.heads + head]);
        }
        block.sync();
        for (int pair = columns.part; pair < queries; pair += columns.parts) {
            const long other = row_of(first + pair);
            const int head = head_of(first + pair);
            key += shared.derivatives[pair] * derivatives.text.query(other, head)[columns.column];
            value += shared.shares[pair] * derivatives.dy_of(other, head)[columns.column];
        }
        block.sync();  // the next pairs go to the same place
    }
    key = columns.gather(block, shared.combined, key);
    value = columns.gather(block, shared.combined, value);
    if (thread < width) {
        float* const to = derivatives.dx + here * sizes.row_floats() + sizes.query_floats() +
                          static_cast<long>(group) * width + thread;
        *to = key;
        to[sizes.key_floats()] = value;
    }
}

}  // namespace genotype::inline v0_1::kernels::detail
