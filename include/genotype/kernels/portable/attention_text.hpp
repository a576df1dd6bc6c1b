// What a row's attention reads and writes, for kernels: the list of texts lies in the device's memory.
#pragma once

#include <cmath>

#include "genotype/kernels/attention.hpp"
#include "genotype/kernels/portable/each.hpp"
#include "genotype/kernels/text_rows.hpp"

namespace genotype::inline v0_1::kernels::detail {

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

/// One call of `attention`.
struct AttentionOf {
    AttentionSizes sizes;
    Sequences sequences;
    const float* x;
    float *cache, *log_sums, *y;

    GENOTYPE_BOTH AttentionText text_of_row(long row) const { return {sizes, sequences, row, x, cache}; }

    /// Whether it is this head's task to put its row's keys and values where the session remembers them. Nobody reads
    /// them there before the next call.
    GENOTYPE_BOTH bool remembers(int head) const { return cache && head % sizes.group() == 0; }
    GENOTYPE_BOTH void remember(const AttentionText& text, long position, int head, int column) const {
        const float* const from = text.key(position, head) + column;
        float* const to = cache +
                          (static_cast<long>(text.rows.slot) * sequences.context + position) * sizes.session_floats() +
                          static_cast<long>(head / sizes.group()) * sizes.head_width + column;
        *to = *from;
        to[sizes.key_floats()] = from[sizes.key_floats()];
    }
};

}  // namespace genotype::inline v0_1::kernels::detail
