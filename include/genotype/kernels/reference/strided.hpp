// Functions of some columns of two matrices, in plain loops.
#pragma once

#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// f(x[row][i], y[row][i]) for `columns` values of each row, of which the second is changed. The rows of x begin
/// x_stride values apart, those of y y_stride.
template <class F>
void update_columns(Reference, long rows, long columns, F f, const float* x, long x_stride, float* y, long y_stride) {
    for (long row = 0; row < rows; ++row)
        for (long i = 0; i < columns; ++i) f(x[row * x_stride + i], y[row * y_stride + i]);
}

/// f(each[row], y[row][i]) for all values of each row of y (rows, columns), which are changed.
template <class F>
void update_rows(Reference, long rows, long columns, F f, const float* each, float* y) {
    for (long row = 0; row < rows; ++row)
        for (long i = 0; i < columns; ++i) f(each[row], y[row * columns + i]);
}

}  // namespace genotype::inline v0_1::kernels
