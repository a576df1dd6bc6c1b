// The directions in which a batch of vectors spreads most.
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

#include "genotype/interop/eigen.hpp"

namespace genotype::inline v0_1 {

/// Centred rows projected on their first `components` principal components, largest variance first: one row a sample.
/// scikit-learn: PCA(components).fit_transform(rows), up to the sign of a column.
inline Eigen::MatrixXd principal_components(const Eigen::Ref<const Eigen::MatrixXd>& rows, int components) {
    const Eigen::MatrixXd centred = rows.rowwise() - rows.colwise().mean();
    const double degrees = static_cast<double>(std::max<Eigen::Index>(rows.rows() - 1, 1));
    const Eigen::MatrixXd covariance = centred.adjoint() * centred / degrees;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
    return centred * solver.eigenvectors().rowwise().reverse().leftCols(components);
}

}  // namespace genotype::inline v0_1
