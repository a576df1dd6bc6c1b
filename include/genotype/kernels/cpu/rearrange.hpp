// Values that only change their place, on the processor.
#pragma once

#include <algorithm>

#include "genotype/kernels/cpu/simd/lanes.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

namespace detail {

template <class = void>
inline void transpose_one(int rows, int columns, const float* x, float* y) {
    if (rows == 1 || columns == 1) {
        std::copy_n(x, static_cast<long>(rows) * columns, y);
        return;
    }
    // A tile's lines of both matrices stay in the nearest cache, even where all of y's fall on the same set of it.
    constexpr int down = 16, across = 8;
    for (int row = 0; row < rows; row += down)
        for (int column = 0; column < columns; column += across)
            for (int c = column; c < std::min(column + across, columns); ++c)
                for (int r = row; r < std::min(row + down, rows); ++r)
                    y[static_cast<long>(c) * rows + r] = x[static_cast<long>(r) * columns + c];
}

/// Calls f(together, apart) for each value of a pixel shuffle: where it lies on the side of few and of many pixels.
template <class F>
void for_each_shuffled_row(int batch, int height, int width, int channels, int factor, F f) {
    const long rows = static_cast<long>(batch) * height, line = static_cast<long>(width) * channels * factor;
    const bool parallel = rows * line * factor > 16384;
#pragma omp parallel for schedule(static) if (parallel)
    for (long row = 0; row < rows; ++row)
        for (int r = 0; r < factor; ++r)
            for (int column = 0; column < width; ++column)
                for (int s = 0; s < factor; ++s) {
                    const long together = (row * width + column) * channels * factor * factor + r * factor + s;
                    const long apart = (row * factor + r) * line + (static_cast<long>(column) * factor + s) * channels;
                    for (int c = 0; c < channels; ++c) f(together + static_cast<long>(c) * factor * factor, apart + c);
                }
}

}  // namespace detail

/// x (batch, rows, columns) to y (batch, columns, rows).
template <class = void>
inline void transpose(Cpu, long batch, int rows, int columns, const float* x, float* y) {
    const long count = static_cast<long>(rows) * columns;
    const bool parallel = batch * count > 32768;
#pragma omp parallel for schedule(static) if (parallel)
    for (long sample = 0; sample < batch; ++sample)
        detail::transpose_one(rows, columns, x + sample * count, y + sample * count);
}

/// x (batch, pixels, channels) to y (batch, new_pixels, new_channels), both with as many values, such that the values
/// in the order (channels, pixels) stay as they are: PyTorch's view.
template <class = void>
inline void reshape(Cpu device, long batch, int pixels, int channels, int new_pixels, int new_channels, const float* x,
                    float* y) {
    if (new_channels == channels) return transpose(device, batch, 1, pixels * channels, x, y);
    if (new_pixels == 1) return transpose(device, batch, pixels, channels, x, y);
    if (pixels == 1) return transpose(device, batch, new_channels, new_pixels, x, y);
    const long count = static_cast<long>(pixels) * channels;
    const bool parallel = batch * count > 8192;
#pragma omp parallel for schedule(static) if (parallel)
    for (long sample = 0; sample < batch; ++sample) {
        const float* const from = x + sample * count;
        float* to = y + sample * count;
        for (int pixel = 0; pixel < new_pixels; ++pixel)
            for (int channel = 0; channel < new_channels; ++channel) {
                const long at = static_cast<long>(channel) * new_pixels + pixel;
                *to++ = from[at % pixels * channels + at / pixels];
            }
    }
}

/// Each pixel of x (batch, height, width, channels) becomes factor x factor of them.
template <class = void>
inline void upsample_nearest(Cpu, int batch, int height, int width, int channels, int factor, const float* x,
                             float* y) {
    const long rows = static_cast<long>(batch) * height, line = static_cast<long>(width) * channels;
    const bool parallel = rows * line * factor * factor > 16384;
#pragma omp parallel for schedule(static) if (parallel)
    for (long row = 0; row < rows; ++row) {
        float* const to = y + row * line * factor * factor;
        for (long column = 0; column < static_cast<long>(width) * factor; ++column)
            std::copy_n(x + row * line + column / factor * channels, channels, to + column * channels);
        for (int copy = 1; copy < factor; ++copy) std::copy_n(to, line * factor, to + copy * line * factor);
    }
}

/// dx: the sum of dy over the pixels that came from one.
template <class = void>
inline void upsample_nearest_backward(Cpu, int batch, int height, int width, int channels, int factor, const float* dy,
                                      float* dx) {
    const long rows = static_cast<long>(batch) * height, line = static_cast<long>(width) * channels;
    const bool parallel = rows * line * factor * factor > 16384;
#pragma omp parallel for schedule(static) if (parallel)
    for (long row = 0; row < rows; ++row)
        for (int column = 0; column < width; ++column) {
            const float* const from = dy + (row * line * factor + static_cast<long>(column) * channels) * factor;
            detail::for_each_vector(channels, [&](long c, auto part) {
                Vector sum(0.0f);
                for (int r = 0; r < factor; ++r)
                    for (int s = 0; s < factor; ++s)
                        sum += part.load(from + r * line * factor + static_cast<long>(s) * channels + c);
                part.store(sum, dx + row * line + static_cast<long>(column) * channels + c);
            });
        }
}

/// x (batch, height, width, channels * factor * factor) to y (batch, height * factor, width * factor, channels): the
/// factor * factor values that lie together become a square of pixels.
template <class = void>
inline void pixel_shuffle(Cpu, int batch, int height, int width, int channels, int factor, const float* x, float* y) {
    detail::for_each_shuffled_row(batch, height, width, channels, factor,
                                  [&](long together, long apart) { y[apart] = x[together]; });
}

/// dx from dy: the way back.
template <class = void>
inline void pixel_shuffle_backward(Cpu, int batch, int height, int width, int channels, int factor, const float* dy,
                                   float* dx) {
    detail::for_each_shuffled_row(batch, height, width, channels, factor,
                                  [&](long together, long apart) { dx[together] = dy[apart]; });
}

}  // namespace genotype::inline v0_1::kernels
