// The tangent of a scale and a shift for each channel of each sample, from one source for all devices.
#pragma once

#include "genotype/shape/both.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// For each value at (sample, pixel, channel): to = x (1 + scale) + with tscale [+ tshift], or the first part as it is.
struct ModulationTangent {
    long count, channels;
    const float *x, *with, *moments, *tmoments;
    float* to;
    bool adds;  // in place of x (1 + scale) and tshift, what is there

    GENOTYPE_BOTH void operator()(long at) const {
        const long own = at / count * 2 * channels + at % channels;
        const float product = with[at] * tmoments[own];
        if (adds)
            to[at] += product;
        else
            to[at] = x[at] * (1 + moments[own]) + product + tmoments[own + channels];
    }
};

/// scale[i] += of[i], in the first half of each sample's two.
struct AddScales {
    long channels;
    const float* of;
    float* scales;

    GENOTYPE_BOTH void operator()(long i) const {
        const long at = i / channels * 2 * channels + i % channels;
        scales[at] += of[at];
    }
};

}  // namespace detail

/// ty = tx (1 + scale) + x tscale + tshift.
template <class Device>
void modulate_tangent(Device device, int batch, long pixels, long channels, const float* x, const float* tx,
                      const float* moments, const float* tmoments, float* ty) {
    for_each_index(device, batch * pixels * channels,
                   detail::ModulationTangent{pixels * channels, channels, tx, x, moments, tmoments, ty, false});
}

/// dx += dty tscale.
template <class Device>
void modulate_tangent_input(Device device, int batch, long pixels, long channels, const float* dty,
                            const float* tmoments, float* dx) {
    for_each_index(device, batch * pixels * channels,
                   detail::ModulationTangent{pixels * channels, channels, nullptr, dty, nullptr, tmoments, dx, true});
}

/// Adds the scales' part of (batch, 2, channels) to another's.
template <class Device>
void add_scales(Device device, int batch, long channels, const float* of, float* scales) {
    for_each_index(device, batch * channels, detail::AddScales{channels, of, scales});
}

}  // namespace genotype::inline v0_1::kernels
