// Rotary embedding in plain loops, angles' functions in double.
#pragma once

#include <cmath>

#include "genotype/kernels/attention.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/packed_form.hpp"
#include "genotype/kernels/rotary.hpp"
#include "genotype/kernels/text_rows.hpp"

namespace genotype::inline v0_1::kernels {

/// Floats of the form in which this device keeps the frequencies, and that form.
constexpr PackedForm<float> rotary_form(Reference, int head_width) {
    return {head_width / 2};
}
template <class = void>
inline void rotary_prepare(Reference, const RotaryTurns& turns, int head_width, float* packed) {
    rotary_frequencies(turns, head_width, packed);
}

/// Turns the pairs (i, i + head_width / 2) of each query and key by their row's position times their frequency, or, for
/// the gradient, back; values pass. x and y (rows, row_floats) may be the same.
template <class = void>
inline void rotary(Reference, long rows, const AttentionSizes& sizes, const Sequences& sequences, const float* packed,
                   bool back, const float* x, float* y) {
    const int half = sizes.head_width / 2;
    for (long row = 0; row < rows; ++row) {
        const float position = static_cast<float>(position_of(sequences, static_cast<int>(row)));
        const float* const from = x + row * sizes.row_floats();
        float* const to = y + row * sizes.row_floats();
        for (int at = 0; at < sizes.row_floats(); ++at) {
            if (at >= sizes.query_floats() + sizes.key_floats()) {
                to[at] = from[at];
                continue;
            }
            const int pair = at % sizes.head_width;
            if (pair >= half) continue;
            const float angle = position * packed[pair];
            const double cosine = std::cos(static_cast<double>(angle));
            const double sine = (back ? -1 : 1) * std::sin(static_cast<double>(angle));
            const double first = from[at], second = from[at + half];
            to[at] = static_cast<float>(first * cosine - second * sine);
            to[at + half] = static_cast<float>(second * cosine + first * sine);
        }
    }
}

}  // namespace genotype::inline v0_1::kernels
