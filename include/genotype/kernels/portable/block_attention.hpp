// How the threads of one block of a GPU make a head of a row's attention. Plain code over a `Block`, so that a test can
// run it on the processor.
#pragma once

#include <climits>
#include <cmath>

#include "genotype/kernels/array_of.hpp"
#include "genotype/kernels/portable/attention_text.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// What the block shares. A thread has a key at a time, then a value's column.
template <int count>
struct AttentionBlock {
    static constexpr int threads = count;  // a power of two, and as many as a head is wide at least

    ArrayOf<float, threads> query;
    ArrayOf<float, threads> shares;
    ArrayOf<float, threads> combined;
};

struct Larger {
    GENOTYPE_BOTH float operator()(float left, float right) const { return left < right ? right : left; }
};
struct Together {
    GENOTYPE_BOTH float operator()(float left, float right) const { return left + right; }
};

/// One value of those of all threads, combined in pairs; all threads get it.
template <class Block, class Combine>
GENOTYPE_BOTH float combine_threads(Block block, float* values, float own, Combine combine) {
    const int thread = block.thread();
    values[thread] = own;
    block.sync();
    for (int half = block.threads() / 2; half > 0; half /= 2) {
        if (thread < half) values[thread] = combine(values[thread], values[thread + half]);
        block.sync();
    }
    const float result = values[0];
    block.sync();
    return result;
}

/// Which column of a head's values a thread sums, and of which of the terms: where there are more threads than columns,
/// each has only some.
struct AttentionColumns {
    int width, thread, parts, part, column;

    /// A thread beyond the last part has no terms.
    GENOTYPE_BOTH AttentionColumns(int threads, int own, int head_width)
        : width(head_width),
          thread(own),
          parts(threads / head_width),
          part(own / head_width),
          column(own % head_width) {
        if (part >= parts) part = INT_MAX;
    }
    /// The sum of a column's parts; for the first `width` threads alone. `sums` has room for a value of each thread.
    template <class Block>
    GENOTYPE_BOTH float gather(Block block, float* sums, float value) const {
        sums[thread] = value;
        block.sync();
        if (thread < width)
            for (int other = 1; other < parts; ++other) value += sums[other * width + thread];
        block.sync();
        return value;
    }
};

/// What each thread of a block does for a head of a row: see `AttentionForward`. As many keys as there are threads are
/// looked at together, and sums are floats, in an order that depends on the row's position and the head's width alone.
/// For a `Block` see `sum_group`; `shared` is shared by the block.
template <class Block, int threads>
GENOTYPE_BOTH void attend_block(Block block, AttentionBlock<threads>& shared, const AttentionOf& call, long row,
                                int head) {
    const AttentionText text = call.text_of_row(row);
    const long here = row - text.rows.row, last = text.before + here;
    const int thread = block.thread(), width = call.sizes.head_width;
    const float* const query = text.query(here, head);
    if (thread < width) {
        shared.query[thread] = query[thread] / std::sqrt(static_cast<float>(width));
        if (call.remembers(head)) call.remember(text, last, head, thread);
    }
    block.sync();
    const AttentionColumns columns(threads, thread, width);
    float largest = -HUGE_VALF, sum = 0, value = 0;
    for (long first = 0; first <= last; first += threads) {
        const int keys = static_cast<int>(last + 1 - first < threads ? last + 1 - first : threads);
        float score = -HUGE_VALF;
        if (thread < keys) {
            const float* const key = text.key(first + thread, head);
            score = 0;
            for (int i = 0; i < width; ++i) score += shared.query[i] * key[i];
        }
        const float before = largest;
        largest = Larger{}(largest, combine_threads(block, shared.combined, score, Larger{}));
        const float share = thread < keys ? std::exp(score - largest) : 0.0f, shrunk = std::exp(before - largest);
        shared.shares[thread] = share;
        sum = sum * shrunk + combine_threads(block, shared.combined, share, Together{});
        value *= shrunk;
        for (int key = columns.part; key < keys; key += columns.parts)
            value += shared.shares[key] * text.value(first + key, head)[columns.column];
        block.sync();  // the next keys' shares go to the same place
    }
    value = columns.gather(block, shared.combined, value);
    if (thread < width)
        call.y[row * call.sizes.query_floats() + static_cast<long>(head) * width + thread] = value / sum;
    if (call.log_sums && thread == 0) call.log_sums[row * call.sizes.heads + head] = largest + std::log(sum);
}

}  // namespace genotype::inline v0_1::kernels::detail
