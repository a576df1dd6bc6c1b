// What the gradients of attention are made of, for kernels.
#pragma once

#include "genotype/kernels/portable/attention_text.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// What the gradients of one text are made of.
struct AttentionGradients {
    AttentionText text;
    const float *dy, *log_sums;  // the text's first row, like the following
    const float* shifts;         // (rows, heads): what the softmax's sum takes from each derivative
    float* dx;

    struct Score {
        double share, derivative;
    };
    GENOTYPE_BOTH const float* dy_of(long row, int head) const {
        return dy + row * text.sizes.query_floats() + static_cast<long>(head) * text.sizes.head_width;
    }
    /// The share that a query gives a key, and the derivative of their product.
    GENOTYPE_BOTH Score score(long row, long key, int head) const {
        const long at = row * text.sizes.heads + head;
        const double share = std::exp(text.score(text.query(row, head), key, head) - static_cast<double>(log_sums[at]));
        const double derivative = dot(text.sizes.head_width, dy_of(row, head), text.value(key, head));
        return {share, share * (derivative - static_cast<double>(shifts[at])) /
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
    GENOTYPE_BOTH AttentionGradients derivatives_of(long row) const {
        const AttentionText text(sizes, sequences, row, x, nullptr);
        const long first = text.rows.row;
        return {text, dy + first * sizes.query_floats(), log_sums + first * sizes.heads, shifts + first * sizes.heads,
                dx + first * sizes.row_floats()};
    }
};

}  // namespace genotype::inline v0_1::kernels::detail
