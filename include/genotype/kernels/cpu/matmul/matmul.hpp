// Matrix products on the processor.
#pragma once

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/cpu/matmul/product.hpp"
#include "genotype/kernels/cpu/matmul/product_gradient.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/memory/region.hpp"

namespace genotype::inline v0_1::kernels {

/// small = large . weights + bias, see the reference's. PyTorch equivalent: `F.linear(large, weight, bias)`.
template <class = void>
inline void matmul(Cpu, const ProductGeometry& g, int batch, const float* large, ConvWeights weights, const float* bias,
                   float* small, MemoryRegion) {
    detail::product_to_small(g, batch, large, weights.plain, bias, small);
}

/// large = small . weights transposed + bias. PyTorch equivalent: `small @ weight`.
template <class = void>
inline void matmul_transposed(Cpu, const ProductGeometry& g, int batch, const float* small, ConvWeights weights,
                              const float* bias, float* large, MemoryRegion) {
    detail::product_to_large(g, batch, small, weights.plain, bias, large);
}

/// large transposed . small, the gradient of the plain weights; with `accumulate` added.
template <class = void>
inline void matmul_weight_gradient(Cpu, const ProductGeometry& g, int batch, const float* large, const float* small,
                                   float* gradient, bool accumulate, MemoryRegion) {
    detail::product_weight_gradient(g, batch, large, small, gradient, accumulate);
}

}  // namespace genotype::inline v0_1::kernels
