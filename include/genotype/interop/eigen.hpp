// Eigen's face of a batch, without a copy.
#pragma once

// GCC 12 takes the undefined vectors that its own AVX-512 intrinsics start from for a mistake.
#pragma GCC diagnostic push
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <Eigen/Core>
#pragma GCC diagnostic pop

#include "genotype/memory/tensor.hpp"

namespace genotype::inline v0_1 {

using RowMajorMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// One row a sample, in memory's order: an image's row is (height, width, channels).
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

}  // namespace genotype::inline v0_1
