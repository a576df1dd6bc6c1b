// A scale and a shift for each channel of each sample over thrust.
#pragma once

#include "genotype/kernels/functions.hpp"
#include "genotype/kernels/modulation.hpp"
#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System, class Activation = NoActivation>
void modulate(Thrust<System> device, int batch, long pixels, int channels, const float* x, const float* moments,
              float* y, Activation activation = {}) {
    const long count = pixels * channels;
    detail::each_value(device, batch * count, [=] GENOTYPE_KERNEL(long at) mutable {
        const float* const scale = moments + at / count * 2 * channels + at % channels;
        detail::Modulated<Activation>{activation}(x[at], scale[0], scale[channels], y[at]);
    });
}

/// See the reference's: a channel of a sample is one thread's, whose neighbours read neighbouring values.
template <class System, class Activation = NoActivation>
void modulate_backward(Thrust<System> device, int batch, long pixels, int channels, const float* x,
                       const float* moments, const float* dy, float* dx, float* dmoments, Activation activation = {}) {
    const long count = pixels * channels;
    detail::each_value(device, static_cast<long>(batch) * channels, [=] GENOTYPE_KERNEL(long i) mutable {
        const long sample = i / channels, c = i % channels;
        const float* const scale = moments + 2 * sample * channels + c;
        float scale_sum = 0, shift_sum = 0;
        for (long at = sample * count + c; at < (sample + 1) * count; at += channels)
            detail::ModulatedGradients<Activation>{activation}(x[at], dy[at], scale[0], scale[channels], scale_sum,
                                                               shift_sum);
        float* const to = dmoments + 2 * sample * channels + c;
        to[0] = scale_sum;
        to[channels] = shift_sum;
    });
    if (!dx) return;
    detail::each_value(device, batch * count, [=] GENOTYPE_KERNEL(long at) mutable {
        const float* const scale = moments + at / count * 2 * channels + at % channels;
        detail::ModulatedInput<Activation>{activation}(x[at], dy[at], scale[0], scale[channels], dx[at]);
    });
}

}  // namespace genotype::inline v0_1::kernels
