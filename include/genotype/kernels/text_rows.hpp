// The text of a row.
#pragma once

#include "genotype/kernels/sequences.hpp"

namespace genotype::inline v0_1::kernels {

/// Text number `index` of the batch. Only who may read the device's memory may ask, as in the following.
constexpr SequenceRows text_at(const Sequences& sequences, int index) {
    return sequences.list ? sequences.list[index] : SequenceRows{.count = sequences.context};
}

/// The text that `row` of the batch belongs to.
constexpr SequenceRows text_of(const Sequences& sequences, int row) {
    int first = 0, end = sequences.count;  // it is one of these
    while (end - first > 1) {
        const int middle = first + (end - first) / 2;
        (sequences.list[middle].row <= row ? first : end) = middle;
    }
    return text_at(sequences, first);
}

/// The position of `row` in its text.
constexpr int position_of(const Sequences& sequences, int row) {
    const SequenceRows text = text_of(sequences, row);
    return text.position + row - text.row;
}

}  // namespace genotype::inline v0_1::kernels
