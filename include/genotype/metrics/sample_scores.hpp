// All scores of a set of samples at once, and the floor: what as many real samples would get.
#pragma once

#include <optional>

#include "genotype/metrics/feature_rows.hpp"
#include "genotype/metrics/feature_scale.hpp"
#include "genotype/metrics/frechet.hpp"
#include "genotype/metrics/kernel_distance.hpp"
#include "genotype/metrics/manifold.hpp"
#include "genotype/metrics/row_subset.hpp"

namespace genotype::inline v0_1 {

/// What the scores of `score_samples` depend on beside the features.
struct ScoreOptions {
    KernelDistanceOptions kernel{};
    ManifoldOptions manifold{};
    /// Where there is one, the kernel distance is of features on this scale; all else is of the features as they are.
    std::optional<FeatureScale> kernel_scale{};
};

/// The scores of one set of samples. None says anything without the features, k and the numbers of samples.
struct SampleScores {
    double frechet = 0;
    KernelDistance kernel;
    ManifoldScores manifold;
};

/// `frechet_distance`, `kernel_distance` and `manifold_scores` of `generated` (samples, features) beside `real`. Throws
/// `Error` where one of them does.
inline SampleScores score_samples(const FeatureRows& real, const FeatureRows& generated,
                                  const ScoreOptions& options = {}) {
    const auto& scale = options.kernel_scale;
    return {frechet_distance(real, generated),
            scale ? kernel_distance((*scale)(real), (*scale)(generated), options.kernel)
                  : kernel_distance(real, generated, options.kernel),
            manifold_scores(real, generated, options.manifold)};
}

/// The floor of `score_samples(test, generated)` for `samples` generated samples: as many of `train`, drawn at random
/// with the seed of `options.kernel`, in their place. A distance above it is the network's fault, the rest is that of
/// the number of samples. Throws `Error` where `train` has fewer, and where `score_samples` does.
inline SampleScores score_floor(const FeatureRows& train, const FeatureRows& test, long samples,
                                const ScoreOptions& options = {}) {
    if (samples < 0 || samples > train.rows())
        fail("score_floor", "samples", samples, detail::concat("0 to ", train.rows(), ", as many as train has"));
    const RowMajorMatrix drawn =
        train(detail::draw_subset(train.rows(), samples, options.kernel.seed, detail::floor_draw), Eigen::all);
    return score_samples(test, drawn, options);
}

}  // namespace genotype::inline v0_1
