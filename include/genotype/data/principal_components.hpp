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
#include "genotype/shape/error.hpp"

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

/// The directions of some rows in which they spread most, for other rows to be projected on, too.
/// scikit-learn: PCA(components).fit(rows), and its transform, up to the sign of a column.
class PrincipalAxes {
  public:
    /// Throws `Error` where there are no rows, or fewer columns than components.
    PrincipalAxes(const Eigen::Ref<const RowMajorMatrix>& rows, int components) {
        if (rows.rows() < 1) fail("PrincipalAxes", "rows", rows.rows(), "1 or more");
        if (components < 1 || components > rows.cols())
            fail("PrincipalAxes", "components", components, detail::concat("1 to ", rows.cols(), ", the columns"));
        mean_ = rows.cast<double>().colwise().mean();
        Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(rows.cols(), rows.cols());
        constexpr Eigen::Index together = 1000;  // rows as doubles at once
        for (Eigen::Index first = 0; first < rows.rows(); first += together) {
            const Eigen::Index count = std::min(together, rows.rows() - first);
            const Eigen::MatrixXd some = rows.middleRows(first, count).cast<double>().rowwise() - mean_;
            covariance.noalias() += some.adjoint() * some;
        }
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
        axes_ = solver.eigenvectors().rowwise().reverse().leftCols(components);
    }

    /// Rows less the first ones' mean, as (rows, components), largest variance first.
    RowMajorMatrix operator()(const Eigen::Ref<const RowMajorMatrix>& rows) const {
        if (rows.cols() != mean_.cols())
            fail("PrincipalAxes", "columns", rows.cols(), detail::concat(mean_.cols(), ", as it was made for"));
        return ((rows.cast<double>().rowwise() - mean_) * axes_).cast<float>();
    }

  private:
    Eigen::RowVectorXd mean_;
    Eigen::MatrixXd axes_;
};

}  // namespace genotype::inline v0_1
