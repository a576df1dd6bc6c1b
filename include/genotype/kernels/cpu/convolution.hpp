// Convolution, its transpose and its weight gradient on the processor.
#pragma once

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/reference/convolution.hpp"

namespace genotype {

constexpr long packed_floats(Cpu, const ConvGeometry&) {
    return 0;
}
inline void pack(Cpu, const ConvGeometry&, const float*, float*) {}

/// PyTorch equivalent: `F.conv2d(large, weight, bias, stride, padding)`.
inline void convolve(Cpu, const ConvGeometry& g, int batch, const float* large, ConvWeights weights, const float* bias,
                     float* small) {
#pragma omp parallel for schedule(static)
    for (int sample = 0; sample < batch; ++sample)
        convolve(Reference{}, g, 1, large + sample * g.large_floats(), weights, bias,
                 small + sample * g.small_floats());
}

/// PyTorch equivalent: `F.conv_transpose2d(small, weight, bias, stride, padding)`.
inline void convolve_transposed(Cpu, const ConvGeometry& g, int batch, const float* small, ConvWeights weights,
                                const float* bias, float* large) {
#pragma omp parallel for schedule(static)
    for (int sample = 0; sample < batch; ++sample)
        convolve_transposed(Reference{}, g, 1, small + sample * g.small_floats(), weights, bias,
                            large + sample * g.large_floats());
}

/// The gradient of the plain weights, added to what is there with `accumulate`, otherwise written over it.
inline void convolve_weight_gradient(Cpu, const ConvGeometry& g, int batch, const float* large, const float* small,
                                     float* gradient, bool accumulate) {
    convolve_weight_gradient(Reference{}, g, batch, large, small, gradient, accumulate);
}

}  // namespace genotype
