// The straight way from one batch to another, in plain loops.
#pragma once

#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// y = from + t (to - from) with one t a sample, and velocity = to - from. from, to, y, velocity (batch, count);
/// t (batch).
template <class = void>
inline void interpolate(Reference, int batch, long count, const float* t, const float* from, const float* to, float* y,
                        float* velocity) {
    for (int sample = 0; sample < batch; ++sample)
        for (long at = sample * count; at < (sample + 1) * count; ++at) {
            velocity[at] = to[at] - from[at];
            y[at] = from[at] + t[sample] * velocity[at];
        }
}

}  // namespace genotype::inline v0_1::kernels
