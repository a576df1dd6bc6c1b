// A batch with noise of each sample's timestep, in plain loops.
#pragma once

#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// y = a x + b noise, and velocity = a noise - b x, where a and b are levels[n] for n = timesteps[sample], a whole
/// number. x, noise, y, velocity (batch, count); timesteps (batch); levels (timesteps there are, 2).
template <class = void>
inline void diffuse(Reference, int batch, long count, const float* levels, const float* timesteps, const float* x,
                    const float* noise, float* y, float* velocity) {
    for (int sample = 0; sample < batch; ++sample) {
        const float* const level = levels + 2 * static_cast<long>(timesteps[sample]);
        for (long at = sample * count; at < (sample + 1) * count; ++at) {
            y[at] = level[0] * x[at] + level[1] * noise[at];
            velocity[at] = level[0] * noise[at] - level[1] * x[at];
        }
    }
}

}  // namespace genotype::inline v0_1::kernels
