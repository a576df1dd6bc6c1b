// The weight gradient on the processor.
#pragma once
#include "genotype/kernels/reference/convolution.hpp"
namespace genotype {
inline void convolve_weight_gradient(Cpu, const ConvGeometry& g, int batch, const float* large, const float* small,
                                     float* gradient, bool accumulate) {
    convolve_weight_gradient(Reference{}, g, batch, large, small, gradient, accumulate);
}
}
