// Convolutions of any geometry, and borders, as plain loops.
#pragma once

#include "genotype/kernels/border.hpp"
#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/general_conv_geometry.hpp"
#include "genotype/kernels/reference/convolution.hpp"
#include "genotype/memory/region.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// Calls f(large, small, weight) with the places of every large and small value of one sample that a weight joins.
template <class F>
void for_each_product(const GeneralConvGeometry& g, F f) {
    const int group_large = g.group_large(), group_small = g.group_small();
    for (int r = 0; r < g.small.height; ++r)
        for (int c = 0; c < g.small.width; ++c)
            for (int kernel_row = 0; kernel_row < g.kernel.height; ++kernel_row)
                for (int kernel_column = 0; kernel_column < g.kernel.width; ++kernel_column) {
                    const int row = r * g.stride.height - g.padding.height + kernel_row * g.dilation.height;
                    const int column = c * g.stride.width - g.padding.width + kernel_column * g.dilation.width;
                    if (row < 0 || row >= g.large.height || column < 0 || column >= g.large.width) continue;
                    const long tap = static_cast<long>(kernel_row) * g.kernel.width + kernel_column;
                    for (int i = 0; i < group_large; ++i)
                        for (int o = 0; o < g.small_channels; ++o)
                            f((static_cast<long>(row) * g.large.width + column) * g.large_channels +
                                  o / group_small * group_large + i,
                              (static_cast<long>(r) * g.small.width + c) * g.small_channels + o,
                              (tap * group_large + i) * g.small_channels + o);
                }
}

}  // namespace detail

/// No packed form.
constexpr PackedForm<float> packed_form(Reference, const GeneralConvGeometry&) {
    return {};
}
template <class = void>
inline void pack(Reference, const GeneralConvGeometry&, const float*, float*) {}

/// No scratch.
constexpr MemoryExtent convolution_scratch(Reference, const GeneralConvGeometry&) {
    return {};
}

/// PyTorch equivalent: `F.conv2d(large, weight, bias, stride, padding, dilation, groups)`.
template <class = void>
inline void convolve(Reference, const GeneralConvGeometry& g, int batch, const float* large, ConvWeights weights,
                     const float* bias, float* small, MemoryRegion) {
    detail::fill_with_bias(static_cast<long>(batch) * g.small_pixels(), g.small_channels, bias, small);
    for (int sample = 0; sample < batch; ++sample, large += g.large_floats(), small += g.small_floats())
        detail::for_each_product(
            g, [&](long from, long to, long weight) { small[to] += large[from] * weights.plain[weight]; });
}

/// PyTorch equivalent: `F.conv_transpose2d(small, weight, bias, stride, padding, output_padding, groups, dilation)`,
/// where the size of the large image says what output_padding is.
template <class = void>
inline void convolve_transposed(Reference, const GeneralConvGeometry& g, int batch, const float* small,
                                ConvWeights weights, const float* bias, float* large, MemoryRegion) {
    detail::fill_with_bias(static_cast<long>(batch) * g.large_pixels(), g.large_channels, bias, large);
    for (int sample = 0; sample < batch; ++sample, large += g.large_floats(), small += g.small_floats())
        detail::for_each_product(
            g, [&](long to, long from, long weight) { large[to] += small[from] * weights.plain[weight]; });
}

/// See the one of `ConvGeometry`.
template <class = void>
inline void convolve_weight_gradient(Reference, const GeneralConvGeometry& g, int batch, const float* large,
                                     const float* small, float* gradient, bool accumulate, MemoryRegion,
                                     Transformed = Transformed::none) {
    if (!accumulate)
        for (long i = 0; i < g.weights(); ++i) gradient[i] = 0.0f;
    for (int sample = 0; sample < batch; ++sample, large += g.large_floats(), small += g.small_floats())
        detail::for_each_product(g, [&](long at_large, long at_small, long weight) {
            gradient[weight] += large[at_large] * small[at_small];
        });
}

/// x (batch, height, width, channels) with a border around it. PyTorch equivalent: `F.pad(x, ..., mode)`.
template <class = void>
inline void add_border(Reference, const BorderGeometry& g, int batch, const float* x, float* padded) {
    const BorderSide rows = g.rows(), columns = g.columns();
    for (int sample = 0; sample < batch; ++sample, x += g.floats())
        for (int row = 0; row < rows.padded(); ++row)
            for (int column = 0; column < columns.padded(); ++column)
                for (int channel = 0; channel < g.channels; ++channel)
                    *padded++ =
                        x[(static_cast<long>(rows.source(row)) * g.size.width + columns.source(column)) * g.channels +
                          channel];
}

/// dx: of each value, the sum of the gradients wherever it stands.
template <class = void>
inline void add_border_backward(Reference, const BorderGeometry& g, int batch, const float* padded, float* dx) {
    const BorderSide rows = g.rows(), columns = g.columns();
    for (long i = 0; i < batch * g.floats(); ++i) dx[i] = 0;
    for (int sample = 0; sample < batch; ++sample, dx += g.floats())
        for (int row = 0; row < rows.padded(); ++row)
            for (int column = 0; column < columns.padded(); ++column)
                for (int channel = 0; channel < g.channels; ++channel)
                    dx[(static_cast<long>(rows.source(row)) * g.size.width + columns.source(column)) * g.channels +
                       channel] += *padded++;
}

}  // namespace genotype::inline v0_1::kernels
