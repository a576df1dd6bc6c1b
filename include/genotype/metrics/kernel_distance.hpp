// The kernel distance (KID) between two sets of features.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "genotype/metrics/feature_rows.hpp"
#include "genotype/metrics/row_pairs.hpp"
#include "genotype/metrics/row_subset.hpp"

namespace genotype::inline v0_1 {

/// How a `kernel_distance` draws.
struct KernelDistanceOptions {
    int subsets = 100;
    /// Samples of each side in a subset; where a side has fewer, as many as it has.
    int subset_size = 1000;
    Seed seed{};
};

/// The kernel distance over subsets: below 0 where two sets are about as alike as two halves of one.
struct KernelDistance {
    double mean = 0;
    double deviation = 0;  // the standard deviation over the subsets, by their number
    int subsets = 0;
    int subset_size = 0;  // that was taken
};

namespace detail {

/// The sum of (x'y / features + 1)^3 over all pairs of rows, less those of a row with its own number where
/// `without_diagonal`.
inline double kernel_sum(const DoubleRows& x, const RowTiles& y, bool without_diagonal) {
    const double scale = 1.0 / static_cast<double>(x.cols());
    std::vector<double> sums(static_cast<std::size_t>(x.rows()));  // a row each, added up in their order
    for_each_row_pair(x, y, FeatureProduct{},
                      [&](Eigen::Index row, Eigen::Index first, Eigen::Index count, const PairLanes& products) {
                          const PairLanes kernel = (products * scale + 1).cube();
                          double& sum = sums[static_cast<std::size_t>(row)];
                          for (Eigen::Index lane = 0; lane < count; ++lane)
                              if (!without_diagonal || first + lane != row) sum += kernel(lane);
                      });
    double total = 0;
    for (const double sum : sums) total += sum;
    return total;
}

/// The unbiased estimate of the squared maximum mean discrepancy of as many rows on both sides.
inline double unbiased_discrepancy(const DoubleRows& x, const DoubleRows& y) {
    const RowTiles x_tiles(x), y_tiles(y);
    const double samples = static_cast<double>(x.rows());
    return (kernel_sum(x, x_tiles, true) + kernel_sum(y, y_tiles, true)) / (samples * (samples - 1)) -
           2 * kernel_sum(x, y_tiles, false) / (samples * samples);
}

}  // namespace detail

/// The unbiased estimate of the squared maximum mean discrepancy with the kernel (x'y / features + 1)^3, over
/// random subsets of (samples, features) each: its mean, which does not depend on the number of samples, and its
/// standard deviation. The subsets follow from the seed alone. Throws `Error` for fewer than two samples on a side,
/// other numbers of features, a feature that is not finite, no subset, and subsets of fewer than two samples. Tools:
/// torch-fidelity's `kernel_inception_distance_mean` and `_std` on the same features (which refuses sets that are
/// smaller than a subset), torchmetrics, clean-fid (which takes smaller subsets then, as this does). Their subsets are
/// others. Source: Binkowski, Sutherland, Arbel, Gretton, "Demystifying MMD GANs" (ICLR 2018).
inline KernelDistance kernel_distance(const FeatureRows& real, const FeatureRows& generated,
                                      const KernelDistanceOptions& options = {}) {
    if (options.subsets < 1) fail("kernel_distance", "subsets", options.subsets, "1 or more");
    if (options.subset_size < 2) fail("kernel_distance", "subset_size", options.subset_size, "2 or more");
    detail::expect_sides("kernel_distance", "real", real, "generated", generated, 2);
    const long size = std::min<long>({options.subset_size, real.rows(), generated.rows()});

    std::vector<double> distances;
    for (int subset = 0; subset < options.subsets; ++subset) {
        const auto draw = 2 * static_cast<std::uint64_t>(subset);
        const detail::DoubleRows x =
            real(detail::draw_subset(real.rows(), size, options.seed, draw), Eigen::all).cast<double>();
        const detail::DoubleRows y =
            generated(detail::draw_subset(generated.rows(), size, options.seed, draw + 1), Eigen::all).cast<double>();
        distances.push_back(detail::unbiased_discrepancy(x, y));
    }
    KernelDistance result{.subsets = options.subsets, .subset_size = static_cast<int>(size)};
    for (const double distance : distances) result.mean += distance / options.subsets;
    double squares = 0;
    for (const double distance : distances) squares += (distance - result.mean) * (distance - result.mean);
    result.deviation = std::sqrt(squares / options.subsets);
    return result;
}

}  // namespace genotype::inline v0_1
