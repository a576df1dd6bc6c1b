// Eigen's face of a batch, without a copy.
#pragma once

#include <Eigen/Core>

#include "genotype/tensor/tensor.hpp"

namespace genotype {

using RowMajorMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// One row a sample, in memory's order: a picture's row is (height, width, channels).
template <ShapeType S>
Eigen::Map<const RowMajorMatrix> as_eigen(View<S> view) {
    return {view.data, view.batch, S::count};
}
template <ShapeType S>
Eigen::Map<const RowMajorMatrix> as_eigen(const Tensor<S>& tensor) {
    return as_eigen(tensor.view());
}
template <ShapeType S>
Eigen::Map<RowMajorMatrix> as_eigen(Tensor<S>& tensor) {
    return {tensor.data(), tensor.batch(), S::count};
}

}  // namespace genotype
