// Features brought to one scale, for scores that depend on it.
#pragma once

#include <Eigen/Core>

#include "genotype/metrics/feature_rows.hpp"

namespace genotype::inline v0_1 {

/// Mean and standard deviation of each feature. With (x - mean) / deviation a kernel of products weighs all features
/// alike, and its distance is a number of the same size for any network's features. scikit-learn: StandardScaler, whose
/// deviation is by the number of samples, and 1 where a feature is constant.
class FeatureScale {
  public:
    /// Of (samples, features), such as those of the training images. `Error` where there is none, or one is not finite.
    explicit FeatureScale(const FeatureRows& rows) {
        detail::expect_features("FeatureScale", "features", rows, 1);
        const detail::DoubleRows values = rows.cast<double>();
        mean_ = values.colwise().mean();
        deviation_ = ((values.rowwise() - mean_).array().square().colwise().mean()).sqrt();
        for (double& deviation : deviation_)
            if (deviation == 0) deviation = 1;
    }

    /// The features of others, of the same network. `Error` where they are not as many.
    RowMajorMatrix operator()(const FeatureRows& rows) const {
        if (rows.cols() != mean_.cols())
            fail("FeatureScale", "features", detail::concat(rows.cols(), " a sample"),
                 detail::concat(mean_.cols(), ", as those that it is of"));
        const detail::DoubleRows centred = rows.cast<double>().rowwise() - mean_;
        return (centred.array().rowwise() / deviation_.array()).matrix().cast<float>();
    }

  private:
    Eigen::RowVectorXd mean_, deviation_;
};

}  // namespace genotype::inline v0_1
