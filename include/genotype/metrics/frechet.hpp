// The Frechet distance between two sets of features, each taken for a Gaussian.
#pragma once

// GCC 12 takes the undefined vectors that its own AVX-512 intrinsics start from for a mistake.
#pragma GCC diagnostic push
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <Eigen/Eigenvalues>
#pragma GCC diagnostic pop

#include <algorithm>
#include <string_view>

#include "genotype/metrics/feature_rows.hpp"
#include "genotype/metrics/row_pairs.hpp"

namespace genotype::inline v0_1 {

/// What the Frechet distance knows of a set: it may be kept in place of the features.
struct GaussianMoments {
    Eigen::VectorXd mean;        // (features)
    Eigen::MatrixXd covariance;  // (features, features), the sum over the samples divided by their number less one
    long samples = 0;
};

namespace detail {

inline GaussianMoments moments_of(const FeatureRows& rows) {
    constexpr Eigen::Index together = 4096;  // samples, so that no second copy of all of them is made
    GaussianMoments moments{Eigen::VectorXd::Zero(rows.cols()), Eigen::MatrixXd::Zero(rows.cols(), rows.cols()),
                            rows.rows()};
    for (Eigen::Index row = 0; row < rows.rows(); ++row) moments.mean += rows.row(row).cast<double>();
    moments.mean /= static_cast<double>(rows.rows());
    for (Eigen::Index first = 0; first < rows.rows(); first += together) {
        const Eigen::Index count = std::min(together, rows.rows() - first);
        const DoubleRows centred = rows.middleRows(first, count).cast<double>().transpose().colwise() - moments.mean;
        moments.covariance += row_products(centred, centred);
    }
    moments.covariance /= static_cast<double>(rows.rows() - 1);
    return moments;
}

}  // namespace detail

/// Mean and covariance of `features` (samples, features), in double. Throws `Error` for fewer than two samples, and for
/// a feature that is not finite. numpy equivalent: `x.mean(0)`, `np.cov(x, rowvar=False)`.
inline GaussianMoments gaussian_moments(const FeatureRows& features) {
    detail::expect_features("gaussian_moments", "features", features, 2);
    return detail::moments_of(features);
}

/// |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^1/2), in squared units of the features; 0 for equal moments. The trace of the
/// root is that of (C1^1/2 C2 C1^1/2)^1/2, whose eigenvalues are those of a symmetric matrix, real and not negative
/// but by rounding, so that singular covariances (fewer samples than features) need no added diagonal. Throws `Error`
/// where the moments are not of as many features.
/// Tools: torch-fidelity's `frechet_inception_distance` on the same features, pytorch-fid, clean-fid.
/// Source: Heusel, Ramsauer, Unterthiner, Nessler, Hochreiter, "GANs trained by a two time-scale update rule converge
/// to a local Nash equilibrium" (NeurIPS 2017); Dowson, Landau, "The Frechet distance between multivariate normal
/// distributions" (1982).
inline double frechet_distance(const GaussianMoments& real, const GaussianMoments& generated) {
    using Axes = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>;
    if (real.mean.size() != generated.mean.size())
        fail("frechet_distance", "generated", detail::concat(generated.mean.size(), " features a sample"),
             detail::concat(real.mean.size(), ", as real has"));
    // In the axes of C1, where its root is a diagonal.
    const Axes axes(real.covariance);
    const Eigen::VectorXd root = axes.eigenvalues().cwiseMax(0).cwiseSqrt();
    const detail::DoubleRows half = (axes.eigenvectors() * root.asDiagonal()).transpose();
    const detail::DoubleRows scaled = detail::row_products(half, generated.covariance);
    const Eigen::VectorXd squares = Axes(detail::row_products(scaled, half), Eigen::EigenvaluesOnly).eigenvalues();
    const double distance = (real.mean - generated.mean).squaredNorm() + real.covariance.trace() +
                            generated.covariance.trace() - 2 * squares.cwiseMax(0).cwiseSqrt().sum();
    return std::max(distance, 0.0);
}

/// The same between features, (samples, features) each, of any numbers of samples. It falls with their number, so
/// compare what was measured with as many samples. Throws `Error` for fewer than two samples on a side, other numbers
/// of features, and a feature that is not finite.
inline double frechet_distance(const FeatureRows& real, const FeatureRows& generated) {
    detail::expect_sides("frechet_distance", "real", real, "generated", generated, 2);
    return frechet_distance(detail::moments_of(real), detail::moments_of(generated));
}

}  // namespace genotype::inline v0_1
