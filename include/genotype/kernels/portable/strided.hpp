// Functions of some columns of two matrices over thrust.
#pragma once

#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System, class F>
void update_columns(Thrust<System> device, long rows, long columns, F f, const float* x, long x_stride, float* y,
                    long y_stride) {
    detail::each_value(device, rows * columns, [=] GENOTYPE_KERNEL(long at) mutable {
        const long row = at / columns, i = at % columns;
        f(x[row * x_stride + i], y[row * y_stride + i]);
    });
}

/// See the reference's.
template <class System, class F>
void update_rows(Thrust<System> device, long rows, long columns, F f, const float* each, float* y) {
    detail::each_value(device, rows * columns, [=] GENOTYPE_KERNEL(long at) mutable { f(each[at / columns], y[at]); });
}

}  // namespace genotype::inline v0_1::kernels
