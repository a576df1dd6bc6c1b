// Values that only change their place, in plain loops.
#pragma once

#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// x (batch, rows, columns) to y (batch, columns, rows).
template <class = void>
inline void transpose(Reference, long batch, int rows, int columns, const float* x, float* y) {
    for (long sample = 0; sample < batch; ++sample)
        for (int row = 0; row < rows; ++row)
            for (int column = 0; column < columns; ++column)
                y[(sample * columns + column) * rows + row] = x[(sample * rows + row) * columns + column];
}

/// x (batch, pixels, channels) to y (batch, new_pixels, new_channels), both with as many values, such that the values
/// in the order (channels, pixels) stay as they are: PyTorch's view.
template <class = void>
inline void reshape(Reference, long batch, int pixels, int channels, int new_pixels, int new_channels, const float* x,
                    float* y) {
    const long count = static_cast<long>(pixels) * channels;
    for (long sample = 0; sample < batch; ++sample)
        for (long at = 0; at < count; ++at) {
            const long channel = at / pixels, pixel = at % pixels;
            const long new_channel = at / new_pixels, new_pixel = at % new_pixels;
            y[sample * count + new_pixel * new_channels + new_channel] = x[sample * count + pixel * channels + channel];
        }
}

namespace detail {

/// Calls f(small, large) for each pixel of an enlarged image: where it and the pixel it comes from start.
template <class F>
void for_each_enlarged_pixel(int batch, int height, int width, int factor, F f) {
    for (long sample = 0; sample < batch; ++sample)
        for (long row = 0; row < static_cast<long>(height) * factor; ++row)
            for (long column = 0; column < static_cast<long>(width) * factor; ++column)
                f((sample * height + row / factor) * width + column / factor,
                  (sample * height * factor + row) * width * factor + column);
}

/// Calls f(together, apart) for each value of a pixel shuffle: where it lies on the side of few and of many pixels.
template <class F>
void for_each_shuffled_value(int batch, int height, int width, int channels, int factor, F f) {
    for (long sample = 0; sample < batch; ++sample)
        for (long row = 0; row < static_cast<long>(height) * factor; ++row)
            for (long column = 0; column < static_cast<long>(width) * factor; ++column)
                for (long c = 0; c < channels; ++c) {
                    const long few = (sample * height + row / factor) * width + column / factor;
                    const long many = (sample * height * factor + row) * width * factor + column;
                    const long channel = (c * factor + row % factor) * factor + column % factor;
                    f(few * channels * factor * factor + channel, many * channels + c);
                }
}

}  // namespace detail

/// Each pixel of x (batch, height, width, channels) becomes factor x factor of them.
template <class = void>
inline void upsample_nearest(Reference, int batch, int height, int width, int channels, int factor, const float* x,
                             float* y) {
    detail::for_each_enlarged_pixel(batch, height, width, factor, [&](long small, long large) {
        for (int c = 0; c < channels; ++c) y[large * channels + c] = x[small * channels + c];
    });
}

/// dx: the sum of dy over the pixels that came from one.
template <class = void>
inline void upsample_nearest_backward(Reference, int batch, int height, int width, int channels, int factor,
                                      const float* dy, float* dx) {
    for (long i = 0; i < static_cast<long>(batch) * height * width * channels; ++i) dx[i] = 0;
    detail::for_each_enlarged_pixel(batch, height, width, factor, [&](long small, long large) {
        for (int c = 0; c < channels; ++c) dx[small * channels + c] += dy[large * channels + c];
    });
}

/// x (batch, height, width, channels * factor * factor) to y (batch, height * factor, width * factor, channels): the
/// factor * factor values that lie together become a square of pixels.
template <class = void>
inline void pixel_shuffle(Reference, int batch, int height, int width, int channels, int factor, const float* x,
                          float* y) {
    detail::for_each_shuffled_value(batch, height, width, channels, factor,
                                    [&](long together, long apart) { y[apart] = x[together]; });
}

/// dx from dy: the way back.
template <class = void>
inline void pixel_shuffle_backward(Reference, int batch, int height, int width, int channels, int factor,
                                   const float* dy, float* dx) {
    detail::for_each_shuffled_value(batch, height, width, channels, factor,
                                    [&](long together, long apart) { dx[together] = dy[apart]; });
}

}  // namespace genotype::inline v0_1::kernels
