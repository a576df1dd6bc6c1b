// Random numbers, one position of the generator at a time.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "genotype/kernels/device.hpp"
#include "genotype/random/draws.hpp"
#include "genotype/random/philox.hpp"
#include "genotype/random/random_state.hpp"

namespace genotype::inline v0_1::kernels {

/// Value i is made from word i % 4 of position start.first_position() + i / 4: n values in [low, high).
template <class = void>
inline void fill_uniform(Reference, long n, const RandomState& start, float low, float high, float* y) {
    const float below = std::nextafter(high, low);
    for (long i = 0; i < n; ++i) {
        const auto words = philox(start.seed, start.first_position() + static_cast<std::uint64_t>(i / 4), start.stream);
        y[i] = uniform_of(words[static_cast<unsigned long>(i % 4)], low, high, below);
    }
}

/// n values of the normal distribution of mean 0 and variance 1, four to a position.
/// Source: Box and Muller, "A note on the generation of random normal deviates" (1958).
template <class = void>
inline void fill_normal(Reference, long n, const RandomState& start, float* y) {
    for (long i = 0; i < n; ++i) {
        const auto words = philox(start.seed, start.first_position() + static_cast<std::uint64_t>(i / 4), start.stream);
        const unsigned long pair = static_cast<unsigned long>(i % 4 / 2 * 2);
        const float radius = std::sqrt(squared_radius_of(words[pair]));
        const genotype::detail::Direction direction = genotype::detail::direction_of(words[pair + 1]);
        y[i] = radius * (i % 2 ? direction.sine : direction.cosine);
    }
}

/// n values that are `scale` with probability 1 - `probability`, else 0.
template <class = void>
inline void fill_keep_mask(Reference, long n, const RandomState& start, float probability, float scale, float* mask) {
    const std::uint64_t threshold = keep_threshold(probability);
    for (long i = 0; i < n; ++i) {
        const auto words = philox(start.seed, start.first_position() + static_cast<std::uint64_t>(i / 4), start.stream);
        mask[i] = words[static_cast<unsigned long>(i % 4)] >= threshold ? scale : 0.f;
    }
}

}  // namespace genotype::inline v0_1::kernels
