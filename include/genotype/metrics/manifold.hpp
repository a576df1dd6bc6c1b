// Precision, recall, density and coverage: how two sets of features lie in the balls around one another's samples.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <limits>
#include <vector>

#include "genotype/metrics/feature_rows.hpp"
#include "genotype/metrics/row_pairs.hpp"

namespace genotype::inline v0_1 {

/// Whether what lies on a ball's edge is in it. Sets with duplicates differ by it: of equal samples, balls have no
/// inside.
enum class BallRule {
    closed,  ///< distance <= radius: torch-fidelity, and Kynkaanniemi and others' own code
    open     ///< distance < radius: the package prdc, Naeem and others' own code
};

/// What the balls are. The default is that of prdc; `{.neighbours = 3, .rule = BallRule::closed}` is torch-fidelity's.
struct ManifoldOptions {
    /// k: a sample's ball reaches to its k-th nearest of the other samples of its side.
    int neighbours = 5;
    BallRule rule = BallRule::open;
};

/// Shares of samples, with what they depend on: scores of another k or number of samples are not comparable.
struct ManifoldScores {
    double precision = 0;  // of the generated samples, those in the ball of a real one
    double recall = 0;     // of the real samples, those in the ball of a generated one
    double density = 0;    // balls of real samples around a generated one, of which k are expected: 1 and more is good
    double coverage = 0;   // of the real samples, those whose ball has a generated one
    int neighbours = 0;
    BallRule rule = BallRule::open;
    long real_samples = 0, generated_samples = 0;
};

namespace detail {

/// The squared distance of each row to its k-th nearest other row. It itself is one of the k + 1 nearest.
inline std::vector<double> squared_radii(const DoubleRows& rows, const RowTiles& tiles, int neighbours) {
    const auto kept = static_cast<std::size_t>(neighbours) + 1;
    std::vector<double> nearest(static_cast<std::size_t>(rows.rows()) * kept, std::numeric_limits<double>::infinity());
    for_each_row_pair(rows, tiles, SquaredDifference{},
                      [&](Eigen::Index row, Eigen::Index first, Eigen::Index count, const PairLanes& squares) {
                          double* const own = nearest.data() + static_cast<std::size_t>(row) * kept;
                          if (!(squares.minCoeff() < own[kept - 1])) return;
                          for (Eigen::Index lane = 0; lane < count; ++lane) {
                              std::size_t place = kept;
                              for (; place > 0 && squares(lane) < own[place - 1]; --place)
                                  if (place < kept) own[place] = own[place - 1];
                              if (place < kept) own[place] = squares(lane);
                          }
                          static_cast<void>(first);
                      });
    std::vector<double> radii;
    for (std::size_t last = kept - 1; last < nearest.size(); last += kept) radii.push_back(nearest[last]);
    return radii;
}

template <BallRule rule>
bool is_in_ball(double squared_distance, double squared_radius) {
    return rule == BallRule::closed ? squared_distance <= squared_radius : squared_distance < squared_radius;
}

template <BallRule rule>
ManifoldScores count_in_balls(const DoubleRows& real, const DoubleRows& generated, int neighbours) {
    const RowTiles real_tiles(real), generated_tiles(generated);
    const std::vector<double> real_radii = squared_radii(real, real_tiles, neighbours);
    const std::vector<double> generated_radii = squared_radii(generated, generated_tiles, neighbours);
    std::vector<unsigned char> precise(generated_radii.size()), recalled(real_radii.size());
    std::vector<long> hits(real_radii.size());
    for_each_row_pair(real, generated_tiles, SquaredDifference{},
                      [&](Eigen::Index row, Eigen::Index first, Eigen::Index count, const PairLanes& squares) {
                          const auto own = static_cast<std::size_t>(row);
                          for (Eigen::Index lane = 0; lane < count; ++lane) {
                              const auto other = static_cast<std::size_t>(first + lane);
                              if (is_in_ball<rule>(squares(lane), generated_radii[other])) recalled[own] = 1;
                              if (!is_in_ball<rule>(squares(lane), real_radii[own])) continue;
                              ++hits[own];
                              // Other rows' threads may say so too.
                              std::atomic_ref(precise[other]).store(1, std::memory_order_relaxed);
                          }
                      });
    const auto share = [](auto counted, std::size_t of) {
        return static_cast<double>(counted) / static_cast<double>(of);
    };
    const auto is_one = [](unsigned char flag) { return flag == 1; };
    long all_hits = 0;
    for (const long own : hits) all_hits += own;
    return {.precision = share(std::ranges::count_if(precise, is_one), precise.size()),
            .recall = share(std::ranges::count_if(recalled, is_one), recalled.size()),
            .density = share(all_hits, precise.size()) / neighbours,
            .coverage = share(std::ranges::count_if(hits, [](long own) { return own > 0; }), hits.size()),
            .neighbours = neighbours,
            .rule = rule,
            .real_samples = real.rows(),
            .generated_samples = generated.rows()};
}

}  // namespace detail

/// Precision and recall, density and coverage of `generated` (samples, features) beside `real`. Throws `Error` for no
/// neighbour, fewer than k + 1 samples on a side, other numbers of features, and a feature that is not finite.
/// Tools: `prdc.compute_prdc(real, generated, k)`; torch-fidelity's `precision` and `recall` with
/// `prc_neighborhood`, for `BallRule::closed`.
/// Source: Kynkaanniemi, Karras, Laine, Lehtinen, Aila, "Improved precision and recall metric for assessing generative
/// models" (NeurIPS 2019); Naeem, Oh, Uh, Choi, Yoo, "Reliable fidelity and diversity metrics for generative models"
/// (ICML 2020).
inline ManifoldScores manifold_scores(const FeatureRows& real, const FeatureRows& generated,
                                      ManifoldOptions options = {}) {
    if (options.neighbours < 1) fail("manifold_scores", "neighbours", options.neighbours, "1 or more");
    detail::expect_sides("manifold_scores", "real", real, "generated", generated, long{options.neighbours} + 1);
    const detail::DoubleRows x = real.cast<double>(), y = generated.cast<double>();
    return options.rule == BallRule::closed ? detail::count_in_balls<BallRule::closed>(x, y, options.neighbours)
                                            : detail::count_in_balls<BallRule::open>(x, y, options.neighbours);
}

}  // namespace genotype::inline v0_1
