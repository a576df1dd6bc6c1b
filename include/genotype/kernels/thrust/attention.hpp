// Causal attention over thrust, sums in double: one launch for all texts, whose list lies in the device's memory.
#pragma once

#include <cmath>

#include "genotype/kernels/attention.hpp"
#include "genotype/kernels/text_rows.hpp"
#include "genotype/kernels/thrust/each.hpp"
#include "genotype/tensor/region.hpp"

namespace genotype {
namespace detail {

/// Values of a head that one call of a functor sums.
inline constexpr int attention_block = 64;

constexpr int attention_blocks(const AttentionSizes& sizes) {
    return (sizes.head_width + attention_block - 1) / attention_block;
}

/// The product of two rows of `width` values.
GENOTYPE_BOTH inline double dot(int width, const float* left, const float* right) {
    double sum = 0;
    for (int i = 0; i < width; ++i) sum += static_cast<double>(left[i]) * static_cast<double>(right[i]);
    return sum;
}

/// The text of a row, and the keys and values that its queries see: those of the batch lie in its rows, those of the
/// tokens before in the session's cache.
struct AttentionText {
    AttentionSizes sizes;
    SequenceRows rows;
    int before;               // tokens before the batch's first
    const float* x;           // the text's first row
    const float* remembered;  // of position 0

    GENOTYPE_BOTH AttentionText(const AttentionSizes& s, const Sequences& sequences, long row, const float* batch,
                                const float* cache)
        : sizes(s), rows(text_of(sequences, static_cast<int>(row))) {
        before = cache ? rows.position : 0;
        x = batch + static_cast<long>(rows.row) * s.row_floats();
        remembered = cache ? cache + static_cast<long>(rows.slot) * sequences.context * s.session_floats() : nullptr;
    }
    GENOTYPE_BOTH const float* query(long row, int head) const {
        return x + row * sizes.row_floats() + static_cast<long>(head) * sizes.head_width;
    }
    GENOTYPE_BOTH const float* key(long position, int head) const {
        const float* const keys = position < before
                                      ? remembered + position * sizes.session_floats()
                                      : x + (position - before) * sizes.row_floats() + sizes.query_floats();
        return keys + static_cast<long>(head / sizes.group()) * sizes.head_width;
    }
    GENOTYPE_BOTH const float* value(long position, int head) const { return key(position, head) + sizes.key_floats(); }
    GENOTYPE_BOTH double score(const float* query_values, long position, int head) const {
        return dot(sizes.head_width, query_values, key(position, head)) /
               std::sqrt(static_cast<double>(sizes.head_width));
    }
};

/// For (row, head, block of values): what the row's query takes of the values, by softmax with the largest score so
/// far, key after key. The first head of a group also puts the row's keys and values where the session remembers them;
/// nobody reads them there before the next call.
struct AttentionForward {
    AttentionSizes sizes;
    Sequences sequences;
    const float* x;
    float *cache, *log_sums, *y;

    GENOTYPE_BOTH void operator()(long task) const {
        const int blocks = attention_blocks(sizes), head = static_cast<int>(task / blocks % sizes.heads);
        const int first = static_cast<int>(task % blocks) * attention_block, left = sizes.head_width - first;
        const int width = left < attention_block ? left : attention_block;
        const long row = task / blocks / sizes.heads;
        const AttentionText text(sizes, sequences, row, x, cache);
        const long i = row - text.rows.row, last = text.before + i;
        if (cache && head % sizes.group() == 0) remember(text, last, head, first, width);
        const float* const query = text.query(i, head);
        double largest = -HUGE_VAL, sum = 0, values[attention_block] = {};
        for (long key = 0; key <= last; ++key) {
            const double score = text.score(query, key, head);
            if (score > largest) {
                const double shrunk = std::exp(largest - score);
                sum *= shrunk;
                for (int d = 0; d < width; ++d) values[d] *= shrunk;
                largest = score;
            }
            const double share = std::exp(score - largest);
            const float* const value = text.value(key, head) + first;
            sum += share;
            for (int d = 0; d < width; ++d) values[d] += share * static_cast<double>(value[d]);
        }
        float* const to = y + row * sizes.query_floats() + static_cast<long>(head) * sizes.head_width + first;
        for (int d = 0; d < width; ++d) to[d] = static_cast<float>(values[d] / sum);
        if (log_sums && first == 0) log_sums[row * sizes.heads + head] = static_cast<float>(largest + std::log(sum));
    }

    GENOTYPE_BOTH void remember(const AttentionText& text, long position, int head, int first, int width) const {
        const float* const from = text.key(position, head) + first;
        float* const to = cache +
                          (static_cast<long>(text.rows.slot) * sequences.context + position) * sizes.session_floats() +
                          static_cast<long>(head / sizes.group()) * sizes.head_width + first;
        for (int d = 0; d < width; ++d) {
            to[d] = from[d];
            to[sizes.key_floats() + d] = from[sizes.key_floats() + d];
        }
    }
};

}  // namespace detail

/// No scratch.
template <class System>
constexpr Extent attention_scratch(Thrust<System>, const AttentionSizes&) {
    return {};
}

/// See the reference's.
template <class System>
void attention(Thrust<System> device, long rows, const AttentionSizes& sizes, const Sequences& sequences,
               const float* x, float* cache, float* log_sums, float* y, Region) {
    detail::each(device, rows * sizes.heads * detail::attention_blocks(sizes),
                 detail::AttentionForward{sizes, sequences, x, cache, log_sums, y});
}

}  // namespace genotype
