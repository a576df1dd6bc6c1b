// Matrix products over thrust.
#pragma once

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/portable/split_product.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System, class Function = NoActivation>
void matmul(Thrust<System> device, const ProductGeometry& g, int batch, const float* large, ConvWeights weights,
            const float* bias, float* small, MemoryRegion scratch, const Epilogue<Function>& end = {}) {
    const long terms = g.large_channels, columns = g.small_channels;
    detail::multiply_by_weights(device, scratch, static_cast<long>(batch) * g.small_pixels(), terms, columns,
                                detail::Matrix{large, terms}, detail::Matrix{weights.plain, columns},
                                detail::WithBias<Function>{bias, columns, small, end});
}

/// See the reference's.
template <class System, class Function = NoActivation>
void matmul_transposed(Thrust<System> device, const ProductGeometry& g, int batch, const float* small,
                       ConvWeights weights, const float* bias, float* large, MemoryRegion scratch,
                       const Epilogue<Function>& end = {}) {
    const long terms = g.small_channels, columns = g.large_channels;
    detail::multiply_by_weights(device, scratch, static_cast<long>(batch) * g.large_pixels(), terms, columns,
                                detail::Matrix{small, terms}, detail::TransposedMatrix{weights.plain, terms},
                                detail::WithBias<Function>{bias, columns, large, end});
}

/// See the reference's.
template <class System>
void matmul_weight_gradient(Thrust<System> device, const ProductGeometry& g, int batch, const float* large,
                            const float* small, float* gradient, bool accumulate, MemoryRegion scratch) {
    const long rows = g.large_channels, columns = g.small_channels;
    detail::multiply_with(device, scratch, rows, static_cast<long>(batch) * g.small_pixels(), columns,
                          detail::TransposedMatrix{large, rows}, detail::Matrix{small, columns},
                          detail::ToGradient{columns, gradient, accumulate});
}

}  // namespace genotype::inline v0_1::kernels
