// Convolution, its transpose and its weight gradient as plain loops: the oracle of the tests.
#pragma once

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/memory/region.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// Calls f(large, small, weight) with the offsets (channel 0) of every pair of pixels of one sample that a tap joins.
template <class F>
void for_each_tap(const ConvGeometry& g, F f) {
    for (int r = 0; r < g.small_height; ++r)
        for (int c = 0; c < g.small_width; ++c)
            for (int kernel_row = 0; kernel_row < g.kernel; ++kernel_row)
                for (int kernel_column = 0; kernel_column < g.kernel; ++kernel_column) {
                    const int row = r * g.stride - g.padding + kernel_row;
                    const int column = c * g.stride - g.padding + kernel_column;
                    if (row < 0 || row >= g.large_height || column < 0 || column >= g.large_width) continue;
                    f((static_cast<long>(row) * g.large_width + column) * g.large_channels,
                      (static_cast<long>(r) * g.small_width + c) * g.small_channels,
                      (static_cast<long>(kernel_row) * g.kernel + kernel_column) * g.large_channels * g.small_channels);
                }
}

template <class = void>
inline void fill_with_bias(long pixels, int channels, const float* bias, float* image) {
    for (long pixel = 0; pixel < pixels; ++pixel)
        for (int channel = 0; channel < channels; ++channel)
            image[pixel * channels + channel] = bias ? bias[channel] : 0.0f;
}

}  // namespace detail

/// No packed form.
constexpr PackedForm<float> packed_form(Reference, const ConvGeometry&) {
    return {};
}
template <class = void>
inline void pack(Reference, const ConvGeometry&, const float*, float*) {}

/// No scratch.
constexpr MemoryExtent convolution_scratch(Reference, const ConvGeometry&) {
    return {};
}

/// PyTorch equivalent: `F.conv2d(large, weight, bias, stride, padding)`.
template <class = void>
inline void convolve(Reference, const ConvGeometry& g, int batch, const float* large, ConvWeights weights,
                     const float* bias, float* small, MemoryRegion) {
    detail::fill_with_bias(static_cast<long>(batch) * g.small_pixels(), g.small_channels, bias, small);
    for (int sample = 0; sample < batch; ++sample, large += g.large_floats(), small += g.small_floats())
        detail::for_each_tap(g, [&](long from, long to, long weight) {
            for (int i = 0; i < g.large_channels; ++i)
                for (int o = 0; o < g.small_channels; ++o)
                    small[to + o] +=
                        large[from + i] * weights.plain[weight + static_cast<long>(i) * g.small_channels + o];
        });
}

/// PyTorch equivalent: `F.conv_transpose2d(small, weight, bias, stride, padding)`.
template <class = void>
inline void convolve_transposed(Reference, const ConvGeometry& g, int batch, const float* small, ConvWeights weights,
                                const float* bias, float* large, MemoryRegion) {
    detail::fill_with_bias(static_cast<long>(batch) * g.large_pixels(), g.large_channels, bias, large);
    for (int sample = 0; sample < batch; ++sample, large += g.large_floats(), small += g.small_floats())
        detail::for_each_tap(g, [&](long to, long from, long weight) {
            for (int o = 0; o < g.large_channels; ++o)
                for (int i = 0; i < g.small_channels; ++i)
                    large[to + o] +=
                        small[from + i] * weights.plain[weight + static_cast<long>(o) * g.small_channels + i];
        });
}

/// The gradient of the plain weights: of `convolve` where `small` is the output's gradient, of `convolve_transposed`
/// where `large` is. With `accumulate` added to what is there, otherwise written over it.
template <class = void>
inline void convolve_weight_gradient(Reference, const ConvGeometry& g, int batch, const float* large,
                                     const float* small, float* gradient, bool accumulate, MemoryRegion,
                                     Transformed = Transformed::none) {
    if (!accumulate)
        for (long i = 0; i < g.weights(); ++i) gradient[i] = 0.0f;
    for (int sample = 0; sample < batch; ++sample, large += g.large_floats(), small += g.small_floats())
        detail::for_each_tap(g, [&](long at_large, long at_small, long weight) {
            for (int i = 0; i < g.large_channels; ++i)
                for (int o = 0; o < g.small_channels; ++o)
                    gradient[weight + static_cast<long>(i) * g.small_channels + o] +=
                        large[at_large + i] * small[at_small + o];
        });
}

}  // namespace genotype::inline v0_1::kernels
