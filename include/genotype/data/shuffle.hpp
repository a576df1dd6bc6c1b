// Random orders that depend on a seed and an epoch alone.
#pragma once

#include <array>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>

#include "genotype/random/philox.hpp"
#include "genotype/random/random_state.hpp"

namespace genotype {
namespace detail {

/// The words of one epoch's part of the shuffling stream, in order.
class ShuffleWords {
  public:
    ShuffleWords(std::uint64_t seed, std::uint64_t epoch) : seed_(seed), position_(epoch << 32) {}

    std::uint32_t next() {
        if (used_ == 4) {
            words_ = philox(seed_, position_++, streams::shuffle);
            used_ = 0;
        }
        return words_[used_++];
    }

    /// A number from 0 to `bound` - 1, each equally likely.
    /// Source: Lemire, "Fast random integer generation in an interval" (ACM TOMACS 2019).
    std::uint32_t below(std::uint32_t bound) {
        std::uint64_t product = std::uint64_t{next()} * bound;
        if (static_cast<std::uint32_t>(product) < bound) {
            const std::uint32_t surplus = (0u - bound) % bound;
            while (static_cast<std::uint32_t>(product) < surplus) product = std::uint64_t{next()} * bound;
        }
        return static_cast<std::uint32_t>(product >> 32);
    }

  private:
    std::uint64_t seed_;
    std::uint64_t position_;
    std::array<std::uint32_t, 4> words_{};
    std::size_t used_ = 4;
};

}  // namespace detail

/// Fills `order` with a random permutation of 0 .. size - 1: the same for the same seed and epoch (Fisher-Yates).
inline void shuffle(std::span<int> order, std::uint64_t seed, std::uint64_t epoch) {
    std::iota(order.begin(), order.end(), 0);
    detail::ShuffleWords words(seed, epoch);
    for (std::size_t left = order.size(); left > 1; --left)
        std::swap(order[left - 1], order[words.below(static_cast<std::uint32_t>(left))]);
}

}  // namespace genotype
