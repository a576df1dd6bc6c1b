// A scale and a shift for each channel of each sample, in plain loops.
#pragma once

#include "genotype/kernels/device.hpp"
#include "genotype/kernels/modulation.hpp"

namespace genotype::kernels {

/// y = x * (1 + scale) + shift. x, y (batch, pixels, channels); moments (batch, 2, channels): the scales of a sample,
/// then its shifts.
inline void modulate(Reference, int batch, long pixels, int channels, const float* x, const float* moments, float* y) {
    for (int sample = 0; sample < batch; ++sample) {
        const float* const scale = moments + 2L * sample * channels;
        for (long pixel = 0; pixel < pixels; ++pixel)
            for (int c = 0; c < channels; ++c) {
                const long at = (sample * pixels + pixel) * channels + c;
                detail::Modulated{}(x[at], scale[c], scale[channels + c], y[at]);
            }
    }
}

/// Backward: dmoments as moments, written; dx where it is not null.
inline void modulate_backward(Reference, int batch, long pixels, int channels, const float* x, const float* moments,
                              const float* dy, float* dx, float* dmoments) {
    for (int sample = 0; sample < batch; ++sample) {
        const float* const scale = moments + 2L * sample * channels;
        float* const dscale = dmoments + 2L * sample * channels;
        for (int c = 0; c < 2 * channels; ++c) dscale[c] = 0;
        for (long pixel = 0; pixel < pixels; ++pixel)
            for (int c = 0; c < channels; ++c) {
                const long at = (sample * pixels + pixel) * channels + c;
                detail::ModulatedGradients{}(x[at], dy[at], dscale[c], dscale[channels + c]);
                if (dx) detail::ModulatedInput{}(dy[at], scale[c], dx[at]);
            }
    }
}

}  // namespace genotype::kernels
