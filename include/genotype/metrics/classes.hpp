// Scores of a set by the classes of its samples.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "genotype/metrics/feature_rows.hpp"
#include "genotype/metrics/frechet.hpp"

namespace genotype::inline v0_1 {

/// The share of each class among `labels`, from 0 to `classes` - 1, which add up to 1. A GAN that leaves out modes
/// shows it here. Throws `Error` where there is no label, or one of no class. numpy equivalent: `np.bincount(labels,
/// minlength=classes) / len(labels)`.
inline std::vector<double> class_shares(std::span<const int> labels, int classes) {
    if (labels.empty()) fail("class_shares", "labels", "none", "1 or more");
    detail::expect_labels("class_shares", "labels", labels, static_cast<long>(labels.size()), classes);
    std::vector<long> counts(static_cast<std::size_t>(classes));
    for (const int label : labels) ++counts[static_cast<std::size_t>(label)];
    std::vector<double> shares;
    for (const long count : counts) shares.push_back(static_cast<double>(count) / static_cast<double>(labels.size()));
    return shares;
}

/// The Frechet distance of one class.
struct ClassDistance {
    std::optional<double> frechet;  // none where a side has fewer than two samples of the class
    long real_samples = 0, generated_samples = 0;
};

/// `frechet_distance` between the samples of each class, (samples, features) and a label each on both sides. It shows
/// what the distance of whole sets hides: samples of the wrong class. Throws `Error` where labels are not as many as
/// samples or are none of the classes, and for what `frechet_distance` does.
inline std::vector<ClassDistance> frechet_by_class(const FeatureRows& real, std::span<const int> real_labels,
                                                   const FeatureRows& generated, std::span<const int> generated_labels,
                                                   int classes) {
    constexpr std::string_view metric = "frechet_by_class";
    detail::expect_sides(metric, "real", real, "generated", generated, 2);
    detail::expect_labels(metric, "real_labels", real_labels, real.rows(), classes);
    detail::expect_labels(metric, "generated_labels", generated_labels, generated.rows(), classes);
    const auto places = [](std::span<const int> labels, int wanted) {
        std::vector<Eigen::Index> found;
        for (std::size_t at = 0; at < labels.size(); ++at)
            if (labels[at] == wanted) found.push_back(static_cast<Eigen::Index>(at));
        return found;
    };
    std::vector<ClassDistance> distances;
    for (int label = 0; label < classes; ++label) {
        const RowMajorMatrix x = real(places(real_labels, label), Eigen::all);
        const RowMajorMatrix y = generated(places(generated_labels, label), Eigen::all);
        ClassDistance& own = distances.emplace_back(std::nullopt, x.rows(), y.rows());
        if (x.rows() > 1 && y.rows() > 1) own.frechet = frechet_distance(x, y);
    }
    return distances;
}

}  // namespace genotype::inline v0_1
