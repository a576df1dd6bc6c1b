// A number of each row, by weights and by the row of a table that its class has, over thrust.
#pragma once

#include "genotype/kernels/portable/each.hpp"
#include "genotype/kernels/project.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System>
void project(Thrust<System> device, long rows, int width, const float* x, const ProjectWeights& weights, float* y) {
    const ProjectWeights by = weights;
    detail::sum_groups(
        device, rows, width, detail::Sums<1>{},
        [=] GENOTYPE_KERNEL(long row, long i) mutable {
            const double weight = static_cast<double>(by.weights[i]) + static_cast<double>(by.of_class(row, width)[i]);
            return detail::Sums<1>{{static_cast<double>(x[row * width + i]) * weight}};
        },
        [=] GENOTYPE_KERNEL(long row, const detail::Sums<1>& total) mutable {
            y[row] = static_cast<float>(total.values[0] + by.first());
        });
}

/// See the reference's.
template <class System>
void project_backward(Thrust<System> device, long rows, int width, const ProjectWeights& weights, const float* dy,
                      float* dx) {
    const ProjectWeights by = weights;
    detail::each_value(device, rows * width, [=] GENOTYPE_KERNEL(long i) mutable {
        dx[i] = dy[i / width] * (by.weights[i % width] + by.of_class(i / width, width)[i % width]);
    });
}

/// See the reference's.
template <class System>
void scale_rows(Thrust<System> device, long rows, int width, const float* dy, const float* x, float* products) {
    detail::each_value(device, rows * width,
                       [=] GENOTYPE_KERNEL(long i) mutable { products[i] = dy[i / width] * x[i]; });
}

}  // namespace genotype::inline v0_1::kernels
