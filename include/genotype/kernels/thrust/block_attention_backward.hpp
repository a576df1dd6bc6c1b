// How the threads of one block of a GPU make the gradients of a query, or of a key and its value. Plain code over a
// `Block`, so that a test can run it on the processor.
#pragma once

#include "genotype/kernels/thrust/attention_slopes.hpp"
#include "genotype/kernels/thrust/block_attention.hpp"

namespace genotype::kernels::detail {

/// What the block shares. A thread has a pair of a query and a key at a time, then a column.
template <int count>
struct AttentionGradientBlock {
    static constexpr int threads = count;  // as many as a head is wide at least

    ArrayOf<float, threads> left, right;  // of the block's own query or key, and of its dy or value
    ArrayOf<float, threads> slopes, shares;
    ArrayOf<float, threads> combined;

    /// The pair that a thread looks at: the sum of the products of both with what the block has.
    GENOTYPE_BOTH void set(int thread, int width, const float* with_left, const float* with_right, float log_sum,
                           float shift) {
        float score = 0, slope = 0;
        for (int i = 0; i < width; ++i) {
            score += left[i] * with_left[i];
            slope += right[i] * with_right[i];
        }
        const float scale = 1 / std::sqrt(static_cast<float>(width));
        shares[thread] = std::exp(score * scale - log_sum);
        slopes[thread] = shares[thread] * (slope - shift) * scale;
    }
};

/// The gradient of a head's query: see `AttentionQueryGradient`. Sums are floats, in an order that depends on the row's
/// place in its text and the head's width alone.
template <class Block, int threads>
GENOTYPE_BOTH void attend_query_gradient(Block block, AttentionGradientBlock<threads>& shared,
                                         const AttentionBackward& call, long row, int head) {
    const AttentionSlopes slopes = call.slopes_of(row);
    const long here = row - slopes.text.rows.row, at = here * call.sizes.heads + head;
    const int thread = block.thread(), width = call.sizes.head_width;
    const AttentionColumns columns(threads, thread, width);
    if (thread < width) {
        shared.left[thread] = slopes.text.query(here, head)[thread];
        shared.right[thread] = slopes.dy_of(here, head)[thread];
    }
    block.sync();
    float value = 0;
    for (long first = 0; first <= here; first += threads) {
        const int keys = static_cast<int>(here + 1 - first < threads ? here + 1 - first : threads);
        if (thread < keys)
            shared.set(thread, width, slopes.text.key(first + thread, head), slopes.text.value(first + thread, head),
                       slopes.log_sums[at], slopes.shifts[at]);
        block.sync();
        for (int key = columns.part; key < keys; key += columns.parts)
            value += shared.slopes[key] * slopes.text.key(first + key, head)[columns.column];
        block.sync();  // the next pairs go to the same place
    }
    value = columns.gather(block, shared.combined, value);
    if (thread < width) slopes.dx[here * call.sizes.row_floats() + static_cast<long>(head) * width + thread] = value;
}

/// The gradients of a key and its value, of the heads of a group: see `AttentionKeyGradient`.
template <class Block, int threads>
GENOTYPE_BOTH void attend_key_gradient(Block block, AttentionGradientBlock<threads>& shared,
                                       const AttentionBackward& call, long row, int group) {
    const AttentionSlopes slopes = call.slopes_of(row);
    const AttentionSizes& sizes = call.sizes;
    const long here = row - slopes.text.rows.row;
    const int thread = block.thread(), width = sizes.head_width, heads = sizes.group();
    const AttentionColumns columns(threads, thread, width);
    if (thread < width) {
        shared.left[thread] = slopes.text.key(here, group * heads)[thread];
        shared.right[thread] = slopes.text.value(here, group * heads)[thread];
    }
    block.sync();
    // The heads of the row itself, then those of the next row.
    const long pairs = (slopes.text.rows.count - here) * heads;
    const auto row_of = [&](long pair) { return here + pair / heads; };
    const auto head_of = [&](long pair) { return group * heads + static_cast<int>(pair % heads); };
    float key = 0, value = 0;
    for (long first = 0; first < pairs; first += threads) {
        const int queries = static_cast<int>(pairs - first < threads ? pairs - first : threads);
        if (thread < queries) {
            const long other = row_of(first + thread);
            const int head = head_of(first + thread);
            shared.set(thread, width, slopes.text.query(other, head), slopes.dy_of(other, head),
                       slopes.log_sums[other * sizes.heads + head], slopes.shifts[other * sizes.heads + head]);
        }
        block.sync();
        for (int pair = columns.part; pair < queries; pair += columns.parts) {
            const long other = row_of(first + pair);
            const int head = head_of(first + pair);
            key += shared.slopes[pair] * slopes.text.query(other, head)[columns.column];
            value += shared.shares[pair] * slopes.dy_of(other, head)[columns.column];
        }
        block.sync();  // the next pairs go to the same place
    }
    key = columns.gather(block, shared.combined, key);
    value = columns.gather(block, shared.combined, value);
    if (thread < width) {
        float* const to =
            slopes.dx + here * sizes.row_floats() + sizes.query_floats() + static_cast<long>(group) * width + thread;
        *to = key;
        to[sizes.key_floats()] = value;
    }
}

}  // namespace genotype::kernels::detail
