// Enlargement by bilinear interpolation in plain loops.
#pragma once

#include "genotype/kernels/bilinear.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// Calls f(small, large, share) for each pixel of an enlarged image and each of the up to four that it is mixed from:
/// where they start, in pixels, and how much of the small one is in the large one.
template <class F>
void for_each_mixed_pixel(int batch, int height, int width, int factor, F f) {
    const BilinearSide down{height, factor}, across{width, factor};
    for (long sample = 0; sample < batch; ++sample)
        for (long row = 0; row < down.enlarged(); ++row)
            for (long column = 0; column < across.enlarged(); ++column) {
                const BilinearMix vertical = down.mix(row), level = across.mix(column);
                for (int r = vertical.first; r <= vertical.second; ++r)
                    for (int c = level.first; c <= level.second; ++c)
                        f((sample * height + r) * width + c,
                          (sample * down.enlarged() + row) * across.enlarged() + column,
                          down.share(row, r) * across.share(column, c));
            }
}

}  // namespace detail

/// x (batch, height, width, channels) to y (batch, height * factor, width * factor, channels): each value mixed from
/// the four around it.
template <class = void>
inline void upsample_bilinear(Reference, int batch, int height, int width, int channels, int factor, const float* x,
                              float* y) {
    for (long i = 0; i < static_cast<long>(batch) * height * width * channels * factor * factor; ++i) y[i] = 0;
    detail::for_each_mixed_pixel(batch, height, width, factor, [&](long small, long large, float share) {
        for (int c = 0; c < channels; ++c) y[large * channels + c] += share * x[small * channels + c];
    });
}

/// dx: each dy, shared out to the values that it was mixed from.
template <class = void>
inline void upsample_bilinear_backward(Reference, int batch, int height, int width, int channels, int factor,
                                       const float* dy, float* dx) {
    for (long i = 0; i < static_cast<long>(batch) * height * width * channels; ++i) dx[i] = 0;
    detail::for_each_mixed_pixel(batch, height, width, factor, [&](long small, long large, float share) {
        for (int c = 0; c < channels; ++c) dx[small * channels + c] += share * dy[large * channels + c];
    });
}

}  // namespace genotype::inline v0_1::kernels
