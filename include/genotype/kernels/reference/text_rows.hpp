// What depends on where a row is in its text, in plain loops.
#pragma once

#include <algorithm>

#include "genotype/kernels/device.hpp"
#include "genotype/kernels/text_rows.hpp"

namespace genotype::inline v0_1::kernels {

/// y[row] = x[row] + table[position of the row in its text], rows of `width` values. y may be x.
template <class = void>
inline void add_positions(Reference, long rows, int width, const Sequences& sequences, const float* x,
                          const float* table, float* y) {
    for (long row = 0; row < rows; ++row)
        for (long column = 0; column < width; ++column)
            y[row * width + column] =
                x[row * width + column] +
                table[position_of(sequences, static_cast<int>(row)) * static_cast<long>(width) + column];
}

/// gradient[position] += dy[row] for each row at that position, row after row; without `accumulate` from a table
/// (positions, width) of zeros.
template <class = void>
inline void add_positions_gradient(Reference, long rows, int positions, int width, const Sequences& sequences,
                                   const float* dy, float* gradient, bool accumulate) {
    if (!accumulate) std::fill_n(gradient, static_cast<long>(positions) * width, 0.0f);
    for (long row = 0; row < rows; ++row)
        for (long column = 0; column < width; ++column)
            gradient[position_of(sequences, static_cast<int>(row)) * static_cast<long>(width) + column] +=
                dy[row * width + column];
}

/// y[text] = x[the text's last row], rows of `width` values.
template <class = void>
inline void last_rows(Reference, int width, const Sequences& sequences, const float* x, float* y) {
    for (int index = 0; index < sequences.count; ++index) {
        const SequenceRows text = text_at(sequences, index);
        std::copy_n(x + static_cast<long>(text.row + text.count - 1) * width, width,
                    y + static_cast<long>(index) * width);
    }
}

}  // namespace genotype::inline v0_1::kernels
