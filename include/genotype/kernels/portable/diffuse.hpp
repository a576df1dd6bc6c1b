// A batch with noise of each sample's timestep over thrust.
#pragma once

#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System>
void diffuse(Thrust<System> device, int batch, long count, const float* levels, const float* timesteps, const float* x,
             const float* noise, float* y, float* velocity) {
    detail::each_value(device, batch * count, [=] GENOTYPE_KERNEL(long at) mutable {
        const float* const level = levels + 2 * static_cast<long>(timesteps[at / count]);
        y[at] = level[0] * x[at] + level[1] * noise[at];
        velocity[at] = level[0] * noise[at] - level[1] * x[at];
    });
}

}  // namespace genotype::inline v0_1::kernels
