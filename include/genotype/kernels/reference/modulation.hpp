// A scale and a shift for each channel of each sample, in plain loops.
#pragma once

#include "genotype/kernels/device.hpp"
#include "genotype/kernels/functions.hpp"
#include "genotype/kernels/modulation.hpp"

namespace genotype::inline v0_1::kernels {

/// y = activation(x * (1 + scale) + shift). x, y (batch, pixels, channels); moments (batch, 2, channels): the scales of
/// a sample, then its shifts.
template <class Activation = NoActivation>
void modulate(Reference, int batch, long pixels, int channels, const float* x, const float* moments, float* y,
              Activation activation = {}) {
    for (int sample = 0; sample < batch; ++sample) {
        const float* const scale = moments + 2L * sample * channels;
        for (long pixel = 0; pixel < pixels; ++pixel)
            for (int c = 0; c < channels; ++c) {
                const long at = (sample * pixels + pixel) * channels + c;
                detail::Modulated<Activation>{activation}(x[at], scale[c], scale[channels + c], y[at]);
            }
    }
}

/// Backward: dmoments as moments, written; dx where it is not null.
template <class Activation = NoActivation>
void modulate_backward(Reference, int batch, long pixels, int channels, const float* x, const float* moments,
                       const float* dy, float* dx, float* dmoments, Activation activation = {}) {
    for (int sample = 0; sample < batch; ++sample) {
        const float* const scale = moments + 2L * sample * channels;
        float* const dscale = dmoments + 2L * sample * channels;
        for (int c = 0; c < 2 * channels; ++c) dscale[c] = 0;
        for (long pixel = 0; pixel < pixels; ++pixel)
            for (int c = 0; c < channels; ++c) {
                const long at = (sample * pixels + pixel) * channels + c;
                const float shift = scale[channels + c];
                detail::ModulatedGradients<Activation>{activation}(x[at], dy[at], scale[c], shift, dscale[c],
                                                                   dscale[channels + c]);
                if (dx) detail::ModulatedInput<Activation>{activation}(x[at], dy[at], scale[c], shift, dx[at]);
            }
    }
}

}  // namespace genotype::inline v0_1::kernels
