// Random orders that depend on a seed and an epoch alone.
#pragma once

#include <cstdint>
#include <numeric>
#include <span>
#include <utility>

#include "genotype/random/random_state.hpp"
#include "genotype/random/word_draws.hpp"

namespace genotype::inline v0_1 {

/// Fills `order` with a random permutation of 0 .. size - 1: the same for the same seed and epoch (Fisher-Yates).
inline void shuffle(std::span<int> order, std::uint64_t seed, std::uint64_t epoch) {
    std::iota(order.begin(), order.end(), 0);
    detail::WordDraws words(seed, epoch << 32, streams::shuffle);
    for (std::size_t left = order.size(); left > 1; --left)
        std::swap(order[left - 1], order[words.below(static_cast<std::uint32_t>(left))]);
}

}  // namespace genotype::inline v0_1
