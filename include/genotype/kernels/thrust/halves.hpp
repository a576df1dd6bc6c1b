// Functions of both halves of each row over thrust.
#pragma once

#include "genotype/kernels/thrust/each.hpp"

namespace genotype {

/// See the reference's.
template <class System, class F>
void map_halves(Thrust<System> device, long rows, long half, F f, const float* x, float* y) {
    detail::each_value(device, rows * half, [=] GENOTYPE_BOTH(long at) mutable {
        const long first = at + at / half * half;
        y[at] = f(x[first], x[first + half]);
    });
}

/// See the reference's.
template <class System, class F>
void map_halves_backward(Thrust<System> device, long rows, long half, F f, const float* x, const float* dy, float* dx) {
    detail::each_value(device, rows * half, [=] GENOTYPE_BOTH(long at) mutable {
        const long first = at + at / half * half;
        f(x[first], x[first + half], dy[at], dx[first], dx[first + half]);
    });
}

}  // namespace genotype
