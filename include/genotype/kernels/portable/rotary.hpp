// Rotary embedding over thrust, angles' functions in double.
#pragma once

#include <cmath>

#include "genotype/kernels/attention.hpp"
#include "genotype/kernels/packed_form.hpp"
#include "genotype/kernels/portable/each.hpp"
#include "genotype/kernels/rotary.hpp"
#include "genotype/kernels/text_rows.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// Some frequencies on their way from the host.
struct SomeFrequencies {
    static constexpr int most = 64;
    float values[most];
};

}  // namespace detail

/// See the reference's.
template <class System>
constexpr PackedForm<float> rotary_form(Thrust<System>, int head_width) {
    return {head_width / 2};
}
/// Frequencies are the host's on every system: their roundings matter.
template <class System>
void rotary_prepare(Thrust<System> device, const RotaryTurns& turns, int head_width, float* packed) {
    constexpr int most = detail::SomeFrequencies::most;
    for (int first = 0; first < head_width / 2; first += most) {
        const int count = head_width / 2 - first < most ? head_width / 2 - first : most;
        detail::SomeFrequencies some{};
        for (int i = 0; i < count; ++i) some.values[i] = rotary_frequency(turns, head_width, first + i);
        detail::each_value(device, count, [=] GENOTYPE_KERNEL(long i) mutable { packed[first + i] = some.values[i]; });
    }
}

/// See the reference's.
template <class System>
void rotary(Thrust<System> device, long rows, const AttentionSizes& sizes, const Sequences& sequences,
            const float* packed, bool back, const float* x, float* y) {
    const int half = sizes.head_width / 2, turned = sizes.query_floats() + sizes.key_floats();
    const long row_floats = sizes.row_floats(), pairs = turned / 2, tasks = pairs + sizes.key_floats();
    // A pair is one index, so that y may be x; behind the pairs each value is one.
    detail::each_value(device, rows * tasks, [=] GENOTYPE_KERNEL(long i) mutable {
        const long row = i / tasks, task = i % tasks, start = row * row_floats;
        if (task >= pairs) {
            y[start + turned + task - pairs] = x[start + turned + task - pairs];
            return;
        }
        const long at = start + task / half * 2 * half + task % half;
        const float position = static_cast<float>(position_of(sequences, static_cast<int>(row)));
        const float angle = position * packed[task % half];
        const double cosine = std::cos(static_cast<double>(angle));
        const double sine = (back ? -1 : 1) * std::sin(static_cast<double>(angle));
        const double first = static_cast<double>(x[at]), second = static_cast<double>(x[at + half]);
        y[at] = static_cast<float>(first * cosine - second * sine);
        y[at + half] = static_cast<float>(second * cosine + first * sine);
    });
}

}  // namespace genotype::inline v0_1::kernels
