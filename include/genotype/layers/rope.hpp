// What a rotary embedding's angles grow by, as types.
#pragma once

#include <concepts>
#include <type_traits>

#include "genotype/kernels/rotary.hpp"

namespace genotype::inline v0_1 {

/// All pairs turn as theta says.
struct NoScaling {
    static constexpr kernels::RotaryTurns turns(double theta) { return {.theta = theta}; }
};

/// All pairs turn `factor` times slower. transformers: rope_type "linear".
template <auto factor>
struct LinearScaling {
    static constexpr kernels::RotaryTurns turns(double theta) {
        return {.theta = theta, .factor = static_cast<double>(factor)};
    }
};

/// Pairs of long waves turn `factor` times slower. transformers: rope_type "llama3", with the config's names.
template <auto factor = 8, auto low_freq_factor = 1, auto high_freq_factor = 4,
          auto original_max_position_embeddings = 8192>
struct Llama3Scaling {
    static constexpr kernels::RotaryTurns turns(double theta) {
        return {.theta = theta,
                .factor = static_cast<double>(factor),
                .low_freq_factor = static_cast<double>(low_freq_factor),
                .high_freq_factor = static_cast<double>(high_freq_factor),
                .original_context = static_cast<double>(original_max_position_embeddings)};
    }
};

/// The turns of a rotary embedding: `Rope<10'000>`, `Rope<500'000, Llama3Scaling<32>>`. Numbers are integers or floats
/// (`Rope<10'000.5f>`). A type of one's own with a static constexpr member `turns` does as well.
template <auto theta = 10'000, class Scaling = NoScaling>
struct Rope {
    static_assert(std::integral<decltype(theta)> || std::same_as<decltype(theta), float>, "theta is whole or a float");
    static constexpr kernels::RotaryTurns turns = Scaling::turns(static_cast<double>(theta));
};

}  // namespace genotype::inline v0_1
