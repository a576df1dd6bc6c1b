// Causal attention over thrust, sums in double.
#pragma once

#include <cmath>

#include "genotype/kernels/attention.hpp"
#include "genotype/kernels/sequences.hpp"
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

/// Queries of one text and the keys and values that they see, `pitch` floats from position to position.
struct AttentionText {
    AttentionSizes sizes;
    SequenceRows rows;
    int before;         // tokens before the batch's first
    const float* x;     // the text's first row
    const float* keys;  // of position 0
    long pitch;

    AttentionText(const AttentionSizes& s, const SequenceRows& text, int context, const float* batch,
                  const float* cache)
        : sizes(s),
          rows(text),
          before(cache ? text.position : 0),
          x(batch + static_cast<long>(text.row) * s.row_floats()) {
        keys = cache ? cache + static_cast<long>(text.slot) * context * s.session_floats() : x + s.query_floats();
        pitch = cache ? s.session_floats() : s.row_floats();
    }
    GENOTYPE_BOTH const float* query(long row, int head) const {
        return x + row * sizes.row_floats() + static_cast<long>(head) * sizes.head_width;
    }
    GENOTYPE_BOTH const float* key(long position, int head) const {
        return keys + position * pitch + static_cast<long>(head / sizes.group()) * sizes.head_width;
    }
    GENOTYPE_BOTH const float* value(long position, int head) const { return key(position, head) + sizes.key_floats(); }
    GENOTYPE_BOTH double score(const float* query_values, long position, int head) const {
        return dot(sizes.head_width, query_values, key(position, head)) /
               std::sqrt(static_cast<double>(sizes.head_width));
    }
};

/// For (row of the text, head, block of values): what the row's query takes of the values, by softmax with the largest
/// score so far, key after key.
struct AttentionForward {
    AttentionText text;
    float *log_sums, *y;

    GENOTYPE_BOTH void operator()(long task) const {
        const AttentionSizes& sizes = text.sizes;
        const int blocks = attention_blocks(sizes), head = static_cast<int>(task / blocks % sizes.heads);
        const int first = static_cast<int>(task % blocks) * attention_block, left = sizes.head_width - first;
        const int width = left < attention_block ? left : attention_block;
        const long i = task / blocks / sizes.heads, row = text.rows.row + i, last = text.before + i;
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
};

}  // namespace detail

/// No scratch.
template <class System>
constexpr Extent attention_scratch(Thrust<System>, const AttentionSizes&) {
    return {};
}

/// See the reference's.
template <class System>
void attention(Thrust<System> device, const AttentionSizes& sizes, const Sequences& sequences, const float* x,
               float* cache, float* log_sums, float* y, Region) {
    const long row_floats = sizes.row_floats(), query_floats = sizes.query_floats();
    const long session_floats = sizes.session_floats();
    for (int index = 0; index < sequences.count; ++index) {
        const SequenceRows& rows = sequences.list[index];
        const detail::AttentionText text(sizes, rows, sequences.context, x, cache);
        if (cache) {
            const float* const from = text.x + query_floats;
            float* const to =
                cache + (static_cast<long>(rows.slot) * sequences.context + rows.position) * session_floats;
            detail::each_value(device, rows.count * session_floats, [=] GENOTYPE_BOTH(long i) mutable {
                to[i] = from[i / session_floats * row_floats + i % session_floats];
            });
        }
        detail::each(device, static_cast<long>(rows.count) * sizes.heads * detail::attention_blocks(sizes),
                     detail::AttentionForward{text, log_sums, y});
    }
}

}  // namespace genotype
