// A scale and a shift for each channel of each sample: samples are shared out to threads.
#pragma once

#include <algorithm>

#include "genotype/kernels/cpu/simd/chunks.hpp"
#include "genotype/kernels/cpu/simd/ranges.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/functions.hpp"
#include "genotype/kernels/modulation.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class Activation = NoActivation>
void modulate(Cpu, int batch, long pixels, int channels, const float* x, const float* moments, float* y,
              Activation activation = {}) {
    const long count = pixels * channels;
#pragma omp parallel for schedule(static) if (batch * count >= detail::parallel_values)
    for (int sample = 0; sample < batch; ++sample) {
        const float* const scale = moments + 2L * sample * channels;
        for (long at = sample * count; at < (sample + 1) * count; at += channels)
            detail::update_range(detail::Modulated<Activation>{activation}, channels, x + at, scale, scale + channels,
                                 y + at);
    }
}

/// See the reference's.
template <class Activation = NoActivation>
void modulate_backward(Cpu, int batch, long pixels, int channels, const float* x, const float* moments, const float* dy,
                       float* dx, float* dmoments, Activation activation = {}) {
    const long count = pixels * channels;
#pragma omp parallel for schedule(static) if (batch * count >= detail::parallel_values)
    for (int sample = 0; sample < batch; ++sample) {
        const float* const scale = moments + 2L * sample * channels;
        float* const dscale = dmoments + 2L * sample * channels;
        std::fill_n(dscale, 2L * channels, 0.f);
        for (long at = sample * count; at < (sample + 1) * count; at += channels) {
            if (dx)
                detail::update_range(detail::ModulatedBackward<Activation>{activation}, channels, x + at, dy + at,
                                     scale, scale + channels, dscale, dscale + channels, dx + at);
            else
                detail::update_range(detail::ModulatedGradients<Activation>{activation}, channels, x + at, dy + at,
                                     scale, scale + channels, dscale, dscale + channels);
        }
    }
}

}  // namespace genotype::inline v0_1::kernels
