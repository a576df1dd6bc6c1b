// Samples drawn at random from a set, none twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "genotype/metrics/feature_rows.hpp"
#include "genotype/random/random_state.hpp"
#include "genotype/random/word_draws.hpp"

namespace genotype::inline v0_1::detail {

/// The number of the floor's draw, which no subset of a kernel distance has.
inline constexpr std::uint64_t floor_draw = 0xffffffff;

/// Draw number `draw` of `count` of the numbers from 0 to `samples` - 1, each set equally likely.
inline std::vector<Eigen::Index> draw_subset(long samples, long count, Seed seed, std::uint64_t draw) {
    std::vector<Eigen::Index> order(static_cast<std::size_t>(samples));
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    WordDraws words(seed.value, draw << 32, streams::metrics);
    for (long at = 0; at < count; ++at)
        std::swap(order[static_cast<std::size_t>(at)],
                  order[static_cast<std::size_t>(at) + words.below(static_cast<std::uint32_t>(samples - at))]);
    order.resize(static_cast<std::size_t>(count));
    return order;
}

}  // namespace genotype::inline v0_1::detail
