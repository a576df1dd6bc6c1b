// A number of each row, by weights and by the row of a table that its class has: rows are shared out to threads.
#pragma once

#include "genotype/kernels/cpu/simd/chunks.hpp"
#include "genotype/kernels/cpu/simd/ranges.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/project.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

struct ProjectTerm {
    template <class V>
    constexpr V operator()(V x, V weight, V own) const {
        return x * (weight + own);
    }
};
struct ProjectGradient {
    float dy;

    template <class V>
    constexpr V operator()(V weight, V own) const {
        return V(dy) * (weight + own);
    }
};
struct ScaledBy {
    float factor;

    template <class V>
    constexpr V operator()(V x) const {
        return V(factor) * x;
    }
};

}  // namespace detail

/// See the reference's.
template <class = void>
inline void project(Cpu, long rows, int width, const float* x, const ProjectWeights& by, float* y) {
#pragma omp parallel for schedule(static) if (rows * width >= detail::parallel_values)
    for (long row = 0; row < rows; ++row)
        y[row] = static_cast<float>(by.first() + detail::sum_range(detail::ProjectTerm{}, width, x + row * width,
                                                                   by.weights, by.of_class(row, width)));
}

/// See the reference's.
template <class = void>
inline void project_backward(Cpu, long rows, int width, const ProjectWeights& by, const float* dy, float* dx) {
#pragma omp parallel for schedule(static) if (rows * width >= detail::parallel_values)
    for (long row = 0; row < rows; ++row)
        detail::map_range(detail::ProjectGradient{dy[row]}, width, dx + row * width, by.weights,
                          by.of_class(row, width));
}

/// See the reference's.
template <class = void>
inline void scale_rows(Cpu, long rows, int width, const float* dy, const float* x, float* products) {
#pragma omp parallel for schedule(static) if (rows * width >= detail::parallel_values)
    for (long row = 0; row < rows; ++row)
        detail::map_range(detail::ScaledBy{dy[row]}, width, products + row * width, x + row * width);
}

}  // namespace genotype::inline v0_1::kernels
