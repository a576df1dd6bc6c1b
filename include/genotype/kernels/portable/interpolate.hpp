// The straight way from one batch to another over thrust.
#pragma once

#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System>
void interpolate(Thrust<System> device, int batch, long count, const float* t, const float* from, const float* to,
                 float* y, float* velocity) {
    detail::each_value(device, batch * count, [=] GENOTYPE_KERNEL(long at) mutable {
        const float way = to[at] - from[at];
        velocity[at] = way;
        y[at] = from[at] + t[at / count] * way;
    });
}

}  // namespace genotype::inline v0_1::kernels
