// Random words of Philox one after another, and whole numbers below a bound.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "genotype/random/philox.hpp"

namespace genotype::inline v0_1::detail {

/// The words of a seed's stream from `position` on, in order.
class WordDraws {
  public:
    WordDraws(std::uint64_t seed, std::uint64_t position, std::uint64_t stream)
        : seed_(seed), position_(position), stream_(stream) {}

    std::uint32_t next() {
        if (used_ == 4) {
            words_ = philox(seed_, position_++, stream_);
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
    std::uint64_t seed_, position_, stream_;
    std::array<std::uint32_t, 4> words_{};
    std::size_t used_ = 4;
};

}  // namespace genotype::inline v0_1::detail
