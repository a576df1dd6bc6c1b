// Convolution, its transpose and its weight gradient as products over thrust.
#pragma once

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/thrust/product.hpp"
#include "genotype/tensor/region.hpp"

namespace genotype {
namespace detail {

/// Values of the large picture as the small pixels' taps see them: [small pixel of the batch][tap][large channel].
struct LargeTaps {
    ConvGeometry g;
    const float* large;

    GENOTYPE_BOTH float operator()(long pixel, long at) const {
        const long sample = pixel / g.small_pixels();
        const int place = static_cast<int>(pixel % g.small_pixels()), tap = static_cast<int>(at / g.large_channels);
        const int row = place / g.small_width * g.stride - g.padding + tap / g.kernel;
        const int column = place % g.small_width * g.stride - g.padding + tap % g.kernel;
        if (row < 0 || row >= g.large_height || column < 0 || column >= g.large_width) return 0;
        return large[sample * g.large_floats() + (static_cast<long>(row) * g.large_width + column) * g.large_channels +
                     at % g.large_channels];
    }
};

/// Values of the small picture as the large pixels' taps see them: [large pixel of the batch][tap][small channel].
struct SmallTaps {
    ConvGeometry g;
    const float* small;

    GENOTYPE_BOTH float operator()(long pixel, long at) const {
        const long sample = pixel / g.large_pixels();
        const int place = static_cast<int>(pixel % g.large_pixels()), tap = static_cast<int>(at / g.small_channels);
        const int row = place / g.large_width + g.padding - tap / g.kernel;
        const int column = place % g.large_width + g.padding - tap % g.kernel;
        if (row < 0 || column < 0 || row % g.stride != 0 || column % g.stride != 0) return 0;
        if (row / g.stride >= g.small_height || column / g.stride >= g.small_width) return 0;
        return small[sample * g.small_floats() +
                     (static_cast<long>(row / g.stride) * g.small_width + column / g.stride) * g.small_channels +
                     at % g.small_channels];
    }
};

/// Writes a product's values with a bias for each column, or none.
struct WithBias {
    const float* bias;
    long columns;
    float* to;

    GENOTYPE_BOTH void operator()(long row, long column, float sum) const {
        to[row * columns + column] = sum + (bias ? bias[column] : 0.0f);
    }
};

}  // namespace detail

/// No prepared form.
template <class System>
constexpr long packed_floats(Thrust<System>, const ConvGeometry&) {
    return 0;
}
template <class System>
void pack(Thrust<System>, const ConvGeometry&, const float*, float*) {}

/// No scratch.
template <class System>
constexpr Extent convolution_scratch(Thrust<System>, const ConvGeometry&) {
    return {};
}

/// See the reference's.
template <class System>
void convolve(Thrust<System> device, const ConvGeometry& g, int batch, const float* large, ConvWeights weights,
              const float* bias, float* small, Region) {
    const long columns = g.small_channels;
    const float* const plain = weights.plain;
    detail::multiply(
        device, static_cast<long>(batch) * g.small_pixels(), static_cast<long>(g.taps()) * g.large_channels, columns,
        detail::LargeTaps{g, large}, [=] GENOTYPE_BOTH(long k, long column) { return plain[k * columns + column]; },
        detail::WithBias{bias, columns, small});
}

/// See the reference's.
template <class System>
void convolve_transposed(Thrust<System> device, const ConvGeometry& g, int batch, const float* small,
                         ConvWeights weights, const float* bias, float* large, Region) {
    const long columns = g.large_channels, channels = g.small_channels;
    const float* const plain = weights.plain;
    detail::multiply(
        device, static_cast<long>(batch) * g.large_pixels(), g.taps() * channels, columns, detail::SmallTaps{g, small},
        [=] GENOTYPE_BOTH(long k, long column) {
            return plain[(k / channels * columns + column) * channels + k % channels];
        },
        detail::WithBias{bias, columns, large});
}

/// See the reference's.
template <class System>
void convolve_weight_gradient(Thrust<System> device, const ConvGeometry& g, int batch, const float* large,
                              const float* small, float* gradient, bool accumulate, Region,
                              Transformed = Transformed::none) {
    const long columns = g.small_channels;
    const detail::LargeTaps taps{g, large};
    detail::multiply(
        device, static_cast<long>(g.taps()) * g.large_channels, static_cast<long>(batch) * g.small_pixels(), columns,
        [=] GENOTYPE_BOTH(long row, long pixel) { return taps(pixel, row); },
        [=] GENOTYPE_BOTH(long pixel, long column) { return small[pixel * columns + column]; },
        [=] GENOTYPE_BOTH(long row, long column, float sum) {
            float& to = gradient[row * columns + column];
            to = accumulate ? to + sum : sum;
        });
}

}  // namespace genotype
