// Functions of some columns of two matrices.
#pragma once

#include <algorithm>

#include "genotype/kernels/cpu/simd/chunks.hpp"
#include "genotype/kernels/cpu/simd/ranges.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/functions.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class F>
void update_columns(Cpu, long rows, long columns, F f, const float* x, long x_stride, float* y, long y_stride) {
#pragma omp parallel for schedule(static) if (rows * columns >= detail::parallel_values)
    for (long row = 0; row < rows; ++row) detail::update_range(f, columns, x + row * x_stride, y + row * y_stride);
}

/// See kernels/joined_columns.hpp.
template <class = void>
inline void join_columns(Cpu, long rows, long left_columns, long right_columns, const float* left, const float* right,
                         float* both) {
    const long all = left_columns + right_columns;
#pragma omp parallel for schedule(static) if (rows * all >= detail::parallel_values)
    for (long row = 0; row < rows; ++row) {
        std::copy_n(left + row * left_columns, left_columns, both + row * all);
        std::copy_n(right + row * right_columns, right_columns, both + row * all + left_columns);
    }
}
template <class = void>
inline void split_columns(Cpu, long rows, long left_columns, long right_columns, const float* both, float* left,
                          float* right, bool is_new) {
    const long all = left_columns + right_columns;
#pragma omp parallel for schedule(static) if (rows * all >= detail::parallel_values)
    for (long row = 0; row < rows; ++row) {
        const float* const from = both + row * all;
        if (left) std::copy_n(from, left_columns, left + row * left_columns);
        if (!right) continue;
        if (is_new)
            std::copy_n(from + left_columns, right_columns, right + row * right_columns);
        else
            detail::update_range(AddTo{}, right_columns, from + left_columns, right + row * right_columns);
    }
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
