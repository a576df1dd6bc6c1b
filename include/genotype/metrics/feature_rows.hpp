// What metrics read: features, a row a sample, and the sentences on sets that have no score.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>

#include "genotype/interop/eigen.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// Features of samples, (samples, features): a `RowMajorMatrix`, rows of one, or `as_eigen` of a tensor, without a
/// copy. numpy equivalent: a float32 array of (N, D) in C order.
using FeatureRows = Eigen::Ref<const RowMajorMatrix>;

namespace detail {

using DoubleRows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The rows have features, all of them finite, and are at least so many. `metric` and `side` say whose they are.
inline void expect_features(std::string_view metric, std::string_view side, const FeatureRows& rows, long at_least) {
    if (rows.rows() < at_least)
        fail(metric, side, concat(rows.rows(), rows.rows() == 1 ? " sample" : " samples"),
             concat(at_least, " or more"));
    if (rows.cols() == 0) fail(metric, side, "samples of 0 features", "1 feature or more");
    for (Eigen::Index row = 0; row < rows.rows(); ++row)
        for (Eigen::Index column = 0; column < rows.cols(); ++column)
            if (const float value = rows(row, column); !std::isfinite(value))
                fail(metric, concat(side, ", sample ", row, ", feature ", column),
                     std::isnan(value) ? "NaN" : "an infinite number", "a finite number");
}

/// Both sides, which must have the same features.
inline void expect_sides(std::string_view metric, std::string_view first_side, const FeatureRows& first,
                         std::string_view second_side, const FeatureRows& second, long at_least) {
    expect_features(metric, first_side, first, at_least);
    expect_features(metric, second_side, second, at_least);
    if (first.cols() != second.cols())
        fail(metric, second_side, concat(second.cols(), " features a sample"),
             concat(first.cols(), ", as ", first_side, " has"));
}

/// There is a label for each of `samples`, from 0 to `classes` - 1.
inline void expect_labels(std::string_view metric, std::string_view field, std::span<const int> labels, long samples,
                          int classes) {
    if (classes < 1) fail(metric, "classes", classes, "1 or more");
    if (static_cast<long>(labels.size()) != samples)
        fail(metric, field, concat(labels.size(), " labels"), concat(samples, ", one for each sample"));
    for (const int label : labels)
        if (label < 0 || label >= classes) fail(metric, field, concat("label ", label), concat("0 to ", classes - 1));
}

}  // namespace detail
}  // namespace genotype::inline v0_1
