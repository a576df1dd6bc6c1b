// Whether near samples are of one class: what features keep of the classes that they were not told.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "genotype/metrics/feature_rows.hpp"
#include "genotype/metrics/row_pairs.hpp"

namespace genotype::inline v0_1 {

/// The class of each row of `samples` (samples, features): that of most of its `neighbours` nearest rows of `train`, of
/// equally many the smallest class; of equally near rows the first is nearer. Labels are 0 to `classes` - 1. Throws
/// `Error` for fewer rows than neighbours, labels that do not fit, and what `nearest_samples` refuses.
/// scikit-learn: KNeighborsClassifier(neighbours).fit(train, labels).predict(samples).
inline std::vector<int> neighbour_classes(const FeatureRows& train, std::span<const int> labels,
                                          const FeatureRows& samples, int classes, int neighbours = 5) {
    constexpr const char* metric = "neighbour_classes";
    if (neighbours < 1) fail(metric, "neighbours", neighbours, "1 or more");
    detail::expect_sides(metric, "train", train, "samples", samples, 1);
    if (train.rows() < neighbours)
        fail(metric, "train", detail::concat(train.rows(), " samples"), detail::concat(neighbours, " or more"));
    detail::expect_labels(metric, "labels", labels, train.rows(), classes);
    struct Neighbour {
        double square = std::numeric_limits<double>::infinity();
        int label = 0;
    };
    const auto count = static_cast<std::size_t>(neighbours);
    std::vector<Neighbour> all(static_cast<std::size_t>(samples.rows()) * count);  // the nearest first
    detail::for_each_row_pair(
        samples.cast<double>(), detail::RowTiles(train.cast<double>()), detail::SquaredDifference{},
        [&](Eigen::Index row, Eigen::Index first, Eigen::Index lanes, const detail::PairLanes& squares) {
            Neighbour* const own = all.data() + static_cast<std::size_t>(row) * count;
            for (Eigen::Index lane = 0; lane < lanes; ++lane) {
                if (!(squares(lane) < own[count - 1].square)) continue;
                std::size_t at = count - 1;
                for (; at > 0 && squares(lane) < own[at - 1].square; --at) own[at] = own[at - 1];
                own[at] = {squares(lane), labels[static_cast<std::size_t>(first + lane)]};
            }
        });
    std::vector<int> found;
    std::vector<int> votes(static_cast<std::size_t>(classes));
    for (std::size_t row = 0; row < static_cast<std::size_t>(samples.rows()); ++row) {
        std::ranges::fill(votes, 0);
        for (std::size_t at = 0; at < count; ++at) ++votes[static_cast<std::size_t>(all[row * count + at].label)];
        found.push_back(static_cast<int>(std::ranges::max_element(votes) - votes.begin()));
    }
    return found;
}

}  // namespace genotype::inline v0_1
