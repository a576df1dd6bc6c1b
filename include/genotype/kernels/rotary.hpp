// How fast the pairs of a rotary embedding turn, for all devices.
#pragma once

#include <cmath>
#include <numbers>

namespace genotype::inline v0_1::kernels {

/// Pair i of `head_width / 2` turns by theta^(-2 i / head_width) from one position to the next, divided by `factor`.
/// Where high_freq_factor is above 0, only pairs of long waves are slowed down (Llama 3): all of those whose wave is
/// longer than original_context / low_freq_factor, none of those whose wave is shorter than original_context /
/// high_freq_factor, and between them a mixture.
struct RotaryTurns {
    double theta = 10'000;
    double factor = 1;
    double low_freq_factor = 0, high_freq_factor = 0;
    double original_context = 0;
};

/// Radians from position to position of a pair, with transformers' roundings to float32, step by step: an error in the
/// last digit of a fast pair would be one in the fourth at position 8000.
inline float rotary_frequency(const RotaryTurns& turns, int head_width, int pair) {
    const auto factor = static_cast<float>(turns.factor), low = static_cast<float>(turns.low_freq_factor),
               high = static_cast<float>(turns.high_freq_factor), context = static_cast<float>(turns.original_context);
    const double exponent = static_cast<float>(2 * pair) / static_cast<float>(head_width);
    const float plain =
        1 / static_cast<float>(std::pow(static_cast<double>(static_cast<float>(turns.theta)), exponent));
    const float wave = 1 / plain * static_cast<float>(2 * std::numbers::pi);
    if (high <= 0 || wave > context / low) return plain / factor;
    if (wave < context / high) return plain;
    const float fast = (1 / wave * context - low) / (high - low);
    // fma, so that no compiler makes one rounding of the product and the sum.
    return (1 - fast) * plain / factor + std::fma(fast, plain, 0.0f);
}

/// Those of all head_width / 2 pairs.
inline void rotary_frequencies(const RotaryTurns& turns, int head_width, float* to) {
    for (int pair = 0; pair < head_width / 2; ++pair) to[pair] = rotary_frequency(turns, head_width, pair);
}

}  // namespace genotype::inline v0_1::kernels
