// What depends on where a row is in its text: a text's rows and their positions both are neighbours.
#pragma once

#include <algorithm>

#include "genotype/kernels/cpu/elementwise.hpp"
#include "genotype/kernels/functions.hpp"
#include "genotype/kernels/text_rows.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// In floats, where a text lies in the batch and in the table of positions.
struct TextPlace {
    long row, position, floats;

    TextPlace(const SequenceRows& text, long width)
        : row(text.row * width), position(text.position * width), floats(text.count * width) {}
};

}  // namespace detail

/// See the reference's.
template <class = void>
inline void add_positions(Cpu device, long, int width, const Sequences& sequences, const float* x, const float* table,
                          float* y) {
    for (int index = 0; index < sequences.count; ++index) {
        const detail::TextPlace text(text_at(sequences, index), width);
        map(device, text.floats, Add{}, y + text.row, x + text.row, table + text.position);
    }
}

/// See the reference's.
template <class = void>
inline void add_positions_gradient(Cpu device, long, int positions, int width, const Sequences& sequences,
                                   const float* dy, float* gradient, bool accumulate) {
    if (!accumulate) Cpu::clear(gradient, static_cast<long>(positions) * width);
    for (int index = 0; index < sequences.count; ++index) {
        const detail::TextPlace text(text_at(sequences, index), width);
        float* const sums = gradient + text.position;
        map(device, text.floats, Add{}, sums, static_cast<const float*>(sums), dy + text.row);
    }
}

/// See the reference's.
template <class = void>
inline void last_rows(Cpu, int width, const Sequences& sequences, const float* x, float* y) {
    for (int index = 0; index < sequences.count; ++index) {
        const SequenceRows text = text_at(sequences, index);
        std::copy_n(x + static_cast<long>(text.row + text.count - 1) * width, width,
                    y + static_cast<long>(index) * width);
    }
}

}  // namespace genotype::inline v0_1::kernels
