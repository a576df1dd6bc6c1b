// The nearest sample of another set: whether what a network draws is what it has seen.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "genotype/metrics/feature_rows.hpp"
#include "genotype/metrics/row_pairs.hpp"

namespace genotype::inline v0_1 {

/// A sample of another set, by its row there.
struct NearestSample {
    long index = 0;
    double distance = 0;  // Euclidean, in units of the features
};

/// For each row of `samples` (samples, features) the nearest of `train`; of equally near ones the first. Features may
/// be a network's, or the pixels themselves. Throws `Error` for an empty side, other numbers of features, and a feature
/// that is not finite. scikit-learn: `NearestNeighbors(n_neighbors=1).fit(train).kneighbors(samples)`.
inline std::vector<NearestSample> nearest_samples(const FeatureRows& samples, const FeatureRows& train) {
    detail::expect_sides("nearest_samples", "train", train, "samples", samples, 1);
    std::vector<NearestSample> nearest(static_cast<std::size_t>(samples.rows()),
                                       {0, std::numeric_limits<double>::infinity()});
    detail::for_each_row_pair(
        samples.cast<double>(), detail::RowTiles(train.cast<double>()), detail::SquaredDifference{},
        [&](Eigen::Index row, Eigen::Index first, Eigen::Index count, const detail::PairLanes& squares) {
            NearestSample& own = nearest[static_cast<std::size_t>(row)];
            for (Eigen::Index lane = 0; lane < count; ++lane)
                if (squares(lane) < own.distance) own = {first + lane, squares(lane)};
        });
    for (NearestSample& own : nearest) own.distance = std::sqrt(own.distance);
    return nearest;
}

}  // namespace genotype::inline v0_1
