// Functions of some columns of two matrices.
#pragma once

#include "genotype/kernels/cpu/simd/chunks.hpp"
#include "genotype/kernels/cpu/simd/ranges.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class F>
void update_columns(Cpu, long rows, long columns, F f, const float* x, long x_stride, float* y, long y_stride) {
#pragma omp parallel for schedule(static) if (rows * columns >= detail::parallel_values)
    for (long row = 0; row < rows; ++row) detail::update_range(f, columns, x + row * x_stride, y + row * y_stride);
}

namespace detail {

template <class F>
struct WithOfRow {
    F f;
    float of_row;

    template <class V>
    constexpr void operator()(V& y) const {
        f(V(of_row), y);
    }
};

}  // namespace detail

/// See the reference's.
template <class F>
void update_rows(Cpu, long rows, long columns, F f, const float* each, float* y) {
#pragma omp parallel for schedule(static) if (rows * columns >= detail::parallel_values)
    for (long row = 0; row < rows; ++row)
        detail::update_range(detail::WithOfRow<F>{f, each[row]}, columns, y + row * columns);
}

}  // namespace genotype::inline v0_1::kernels
