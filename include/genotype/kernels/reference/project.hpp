// A number of each row, by weights and by the row of a table that its class has, in plain loops.
#pragma once

#include "genotype/kernels/device.hpp"
#include "genotype/kernels/project.hpp"

namespace genotype::inline v0_1::kernels {

/// y[row] = bias + x[row] . (weights + table[classes[row]]). x (rows, width).
template <class = void>
inline void project(Reference, long rows, int width, const float* x, const ProjectWeights& by, float* y) {
    for (long row = 0; row < rows; ++row) {
        const float* const own = by.of_class(row, width);
        double sum = by.first();
        for (int i = 0; i < width; ++i)
            sum += static_cast<double>(x[row * width + i]) *
                   (static_cast<double>(by.weights[i]) + static_cast<double>(own[i]));
        y[row] = static_cast<float>(sum);
    }
}

/// dx[row] = dy[row] * (weights + table[classes[row]]).
template <class = void>
inline void project_backward(Reference, long rows, int width, const ProjectWeights& by, const float* dy, float* dx) {
    for (long row = 0; row < rows; ++row)
        for (int i = 0; i < width; ++i) dx[row * width + i] = dy[row] * (by.weights[i] + by.of_class(row, width)[i]);
}

/// products[row] = dy[row] * x[row], which the gradients by the weights are sums of.
template <class = void>
inline void scale_rows(Reference, long rows, int width, const float* dy, const float* x, float* products) {
    for (long row = 0; row < rows; ++row)
        for (int i = 0; i < width; ++i) products[row * width + i] = dy[row] * x[row * width + i];
}

}  // namespace genotype::inline v0_1::kernels
