// A modulation behind a norm, in the norm's own passes over memory.
#pragma once

namespace genotype::inline v0_1::kernels {

/// A scale and a shift for each channel of each sample, as of `modulate`. A device that `modulates_norms` has a
/// `group_norm` and a `group_norm_backward` that take one as a last argument.
struct NormModulation {
    const float* moments = nullptr;  // (batch, 2, channels): a sample's scales, then its shifts; null for none
    float* affine = nullptr;         // scratch (batch, 2, channels): the norm's weight and bias with these
    float* dmoments = nullptr;       // the gradients by `moments`, written by backward
};

}  // namespace genotype::inline v0_1::kernels
