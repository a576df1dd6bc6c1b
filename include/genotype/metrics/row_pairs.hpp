// A sum over the features for each pair of rows of two sets, on all threads, with the same bits on any number of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "genotype/metrics/feature_rows.hpp"

namespace genotype::inline v0_1::detail {

inline constexpr Eigen::Index pair_lanes = 8;
using PairLanes = Eigen::Array<double, pair_lanes, 1>;

/// Rows of which eight lie side by side, feature by feature, as vectors read them.
class RowTiles {
  public:
    explicit RowTiles(const DoubleRows& rows) : rows_(rows.rows()), features_(rows.cols()) {
        const Eigen::Index tiles = (rows_ + pair_lanes - 1) / pair_lanes;
        values_.resize(static_cast<std::size_t>(tiles * features_), PairLanes::Zero());
        for (Eigen::Index row = 0; row < rows_; ++row)
            for (Eigen::Index feature = 0; feature < features_; ++feature)
                values_[static_cast<std::size_t>(row / pair_lanes * features_ + feature)](row % pair_lanes) =
                    rows(row, feature);
    }

    Eigen::Index rows() const { return rows_; }
    /// The tile that begins with row `first`, a multiple of eight: a vector for each feature.
    const PairLanes* tile(Eigen::Index first) const {
        return values_.data() + static_cast<std::size_t>(first / pair_lanes * features_);
    }

  private:
    Eigen::Index rows_, features_;
    std::vector<PairLanes> values_;
};

/// (x - y)^2: their sum is the squared distance. Of differences, not of products, it is exactly 0 between equal rows
/// and the same both ways, so that ties stay ties.
struct SquaredDifference {
    PairLanes operator()(double x, const PairLanes& y) const { return (y - x).square(); }
};
/// x y: their sum is the dot product.
struct FeatureProduct {
    PairLanes operator()(double x, const PairLanes& y) const { return y * x; }
};

/// Calls `take(row, first, count, sums)` with the sums of `term(x, y)` over all features, of a `row` of `x` and the
/// `count` rows of `y` from `first` on. Of one row, the calls come one after the other with `first` rising, on one
/// thread. Each sum goes over the features in their order, whatever the number of threads: no product of Eigen's, which
/// cuts them otherwise for each number.
template <class Term, class Take>
void for_each_row_pair(const DoubleRows& x, const RowTiles& y, Term term, Take take) {
    constexpr Eigen::Index block = 32, together = 4;
    const Eigen::Index features = x.cols(), blocks = (x.rows() + block - 1) / block;
#pragma omp parallel for schedule(dynamic)
    for (Eigen::Index at = 0; at < blocks; ++at) {
        const Eigen::Index end = std::min(x.rows(), (at + 1) * block);
        for (Eigen::Index first = 0; first < y.rows(); first += pair_lanes) {
            const PairLanes* const tile = y.tile(first);
            const Eigen::Index count = std::min(pair_lanes, y.rows() - first);
            for (Eigen::Index row = at * block; row < end; row += together) {
                const auto from = [&](Eigen::Index next) { return x.row(std::min(row + next, end - 1)).data(); };
                const double *const x0 = from(0), *const x1 = from(1), *const x2 = from(2), *const x3 = from(3);
                PairLanes sum0 = PairLanes::Zero(), sum1 = sum0, sum2 = sum0, sum3 = sum0;
                for (Eigen::Index feature = 0; feature < features; ++feature) {
                    const PairLanes& values = tile[feature];
                    sum0 += term(x0[feature], values);
                    sum1 += term(x1[feature], values);
                    sum2 += term(x2[feature], values);
                    sum3 += term(x3[feature], values);
                }
                take(row, first, count, sum0);
                if (row + 1 < end) take(row + 1, first, count, sum1);
                if (row + 2 < end) take(row + 2, first, count, sum2);
                if (row + 3 < end) take(row + 3, first, count, sum3);
            }
        }
    }
}

/// x y', the dot product of each pair of rows.
inline Eigen::MatrixXd row_products(const DoubleRows& x, const DoubleRows& y) {
    Eigen::MatrixXd products(x.rows(), y.rows());
    for_each_row_pair(x, RowTiles(y), FeatureProduct{},
                      [&](Eigen::Index row, Eigen::Index first, Eigen::Index count, const PairLanes& sums) {
                          for (Eigen::Index lane = 0; lane < count; ++lane) products(row, first + lane) = sums(lane);
                      });
    return products;
}

}  // namespace genotype::inline v0_1::detail
