// Functions of both halves of each row over thrust.
#pragma once

#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System, class F>
void map_halves(Thrust<System> device, long rows, long width, F f, const float* x, float* y) {
    detail::each_value(device, rows * width, [=] GENOTYPE_KERNEL(long at) mutable {
        const long first = at + at / width * width;
        y[at] = f(x[first], x[first + width]);
    });
}

/// See the reference's.
template <class System, class F>
void map_halves_backward(Thrust<System> device, long rows, long width, F f, const float* x, const float* dy,
                         float* dx) {
    detail::each_value(device, rows * width, [=] GENOTYPE_KERNEL(long at) mutable {
        const long first = at + at / width * width;
        f(x[first], x[first + width], dy[at], dx[first], dx[first + width]);
    });
}

}  // namespace genotype::inline v0_1::kernels
