// Matrix products as plain loops: the oracle of the tests.
#pragma once

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/memory/region.hpp"

namespace genotype::inline v0_1::kernels {

/// small = large . weights + bias, for `batch` times the geometry's pixels of rows; the weights lie as
/// [large channels][small channels], and the bias may be null.
/// PyTorch equivalent: `F.linear(large, weight, bias)`, whose weight lies as (small channels, large channels).
template <class = void>
inline void matmul(Reference, const ProductGeometry& g, int batch, const float* large, ConvWeights weights,
                   const float* bias, float* small, MemoryRegion) {
    const long rows = static_cast<long>(batch) * g.small_pixels();
    for (long row = 0; row < rows; ++row, large += g.large_channels, small += g.small_channels) {
        for (int o = 0; o < g.small_channels; ++o) small[o] = bias ? bias[o] : 0.0f;
        for (int i = 0; i < g.large_channels; ++i)
            for (int o = 0; o < g.small_channels; ++o)
                small[o] += large[i] * weights.plain[static_cast<long>(i) * g.small_channels + o];
    }
}

/// large = small . weights transposed + bias: the gradient of `matmul` by its rows, where there is no bias.
/// PyTorch equivalent: `small @ weight`.
template <class = void>
inline void matmul_transposed(Reference, const ProductGeometry& g, int batch, const float* small, ConvWeights weights,
                              const float* bias, float* large, MemoryRegion) {
    const long rows = static_cast<long>(batch) * g.small_pixels();
    for (long row = 0; row < rows; ++row, large += g.large_channels, small += g.small_channels)
        for (int o = 0; o < g.large_channels; ++o) {
            large[o] = bias ? bias[o] : 0.0f;
            for (int i = 0; i < g.small_channels; ++i)
                large[o] += small[i] * weights.plain[static_cast<long>(o) * g.small_channels + i];
        }
}

/// large transposed . small: the gradient of the plain weights, of `matmul` where `small` is the output's gradient, of
/// `matmul_transposed` where `large` is. With `accumulate` added to what is there, otherwise written over it.
/// PyTorch equivalent: `(large.T @ small).T`.
template <class = void>
inline void matmul_weight_gradient(Reference, const ProductGeometry& g, int batch, const float* large,
                                   const float* small, float* gradient, bool accumulate, MemoryRegion) {
    if (!accumulate)
        for (long i = 0; i < g.weights(); ++i) gradient[i] = 0.0f;
    const long rows = static_cast<long>(batch) * g.small_pixels();
    for (long row = 0; row < rows; ++row, large += g.large_channels, small += g.small_channels)
        for (int i = 0; i < g.large_channels; ++i)
            for (int o = 0; o < g.small_channels; ++o)
                gradient[static_cast<long>(i) * g.small_channels + o] += large[i] * small[o];
}

}  // namespace genotype::inline v0_1::kernels
