// Rotary embedding on the processor: rows are shared out to threads, and each makes its cosines and sines anew, which
// costs less than reading them.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "genotype/kernels/attention.hpp"
#include "genotype/kernels/cpu/simd/chunks.hpp"
#include "genotype/kernels/cpu/simd/lanes.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/packed_form.hpp"
#include "genotype/kernels/rotary.hpp"
#include "genotype/kernels/text_rows.hpp"

namespace genotype::inline v0_1::kernels {

/// Floats of the form in which this device keeps the frequencies, and that form.
constexpr PackedForm<float> rotary_form(Cpu, int head_width) {
    return {head_width / 2};
}
template <class = void>
inline void rotary_prepare(Cpu, const RotaryTurns& turns, int head_width, float* packed) {
    rotary_frequencies(turns, head_width, packed);
}

namespace detail {

/// Cosines and sines of some pairs of a row.
struct TurnedPairs {
    static constexpr int pairs = 64;
    alignas(64) float cosines[pairs], sines[pairs];

    /// Angles are products in float32, as transformers rounds them; in double they lose whole turns without loss.
    template <class = void>
    TurnedPairs(float position, const float* frequencies, int count, bool back) {
        constexpr double turn = 2 * std::numbers::pi;
        alignas(64) float angles[pairs] = {};
        for (int pair = 0; pair < count; ++pair) {
            const float angle = position * frequencies[pair];
            const double exact = angle;
            angles[pair] = static_cast<float>(exact - turn * std::nearbyint(exact * (1 / turn)));
        }
        for (int pair = 0; pair < count; pair += static_cast<int>(vector_size)) {
            const auto [sine, cosine] = xsimd::sincos(Vector::load_aligned(angles + pair));
            (back ? -sine : sine).store_aligned(sines + pair);
            cosine.store_aligned(cosines + pair);
        }
    }
};

}  // namespace detail

/// Turns the pairs (i, i + head_width / 2) of each query and key by their row's position times their frequency, or, for
/// the gradient, back; values pass. x and y (rows, row_floats) may be the same.
template <class = void>
inline void rotary(Cpu, long rows, const AttentionSizes& sizes, const Sequences& sequences, const float* packed,
                   bool back, const float* x, float* y) {
    const int half = sizes.head_width / 2, turned = sizes.query_floats() + sizes.key_floats();
#pragma omp parallel for schedule(static) if (rows * sizes.row_floats() >= detail::parallel_values)
    for (long row = 0; row < rows; ++row) {
        const float position = static_cast<float>(position_of(sequences, static_cast<int>(row)));
        const float* const from = x + row * sizes.row_floats();
        float* const to = y + row * sizes.row_floats();
        for (int first = 0; first < half; first += detail::TurnedPairs::pairs) {
            const int count = std::min(detail::TurnedPairs::pairs, half - first);
            const detail::TurnedPairs turns(position, packed + first, count, back);
            for (int head = first; head < turned; head += sizes.head_width)
                detail::for_each_vector(count, [&](long at, auto part) {
                    const Vector cosine = part.load(turns.cosines + at), sine = part.load(turns.sines + at);
                    const Vector left = part.load(from + head + at), right = part.load(from + head + half + at);
                    part.store(left * cosine - right * sine, to + head + at);
                    part.store(right * cosine + left * sine, to + head + half + at);
                });
        }
        if (to != from) std::copy(from + turned, from + sizes.row_floats(), to + turned);
    }
}

}  // namespace genotype::inline v0_1::kernels
