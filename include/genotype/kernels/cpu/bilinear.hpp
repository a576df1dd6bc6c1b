// Enlargement by bilinear interpolation on the processor: rows are shared out to threads.
#pragma once

#include <algorithm>

#include "genotype/kernels/bilinear.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

// The loops over channels are plain ones that the compiler makes vectors of: an image's three colours do not fill one.

/// x (batch, height, width, channels) to y (batch, height * factor, width * factor, channels): each value mixed from
/// the four around it.
template <class = void>
inline void upsample_bilinear(Cpu, int batch, int height, int width, int channels, int factor, const float* x,
                              float* y) {
    const BilinearSide down{height, factor}, across{width, factor};
    const long rows = batch * down.enlarged(), columns = across.enlarged(), line = static_cast<long>(width) * channels;
    const bool parallel = rows * columns * channels > 16384;
#pragma omp parallel for schedule(static) if (parallel)
    for (long row = 0; row < rows; ++row) {
        const BilinearMix vertical = down.mix(row % down.enlarged());
        const float lower = vertical.share, upper = 1 - lower;
        const float* const sample = x + row / down.enlarged() * height * line;
        const float* const above = sample + vertical.first * line;
        const float* const below = sample + vertical.second * line;
        float* to = y + row * columns * channels;
        across.for_each([&](const BilinearMix& level) {
            const float far = level.share, near = 1 - far;
            const long left = static_cast<long>(level.first) * channels;
            const long right = static_cast<long>(level.second) * channels;
#pragma omp simd
            for (int c = 0; c < channels; ++c)
                to[c] = upper * (near * above[left + c] + far * above[right + c]) +
                        lower * (near * below[left + c] + far * below[right + c]);
            to += channels;
        });
    }
}

/// dx: each dy, shared out to the values that it was mixed from.
template <class = void>
inline void upsample_bilinear_backward(Cpu, int batch, int height, int width, int channels, int factor, const float* dy,
                                       float* dx) {
    const BilinearSide down{height, factor}, across{width, factor};
    const long rows = static_cast<long>(batch) * height, columns = across.enlarged();
    const bool parallel = rows * factor * columns * channels > 16384;
#pragma omp parallel for schedule(static) if (parallel)
    for (long row = 0; row < rows; ++row) {
        const int small_row = static_cast<int>(row % height);
        const float* const sample = dy + row / height * down.enlarged() * columns * channels;
        float* const line = dx + row * width * channels;
        std::fill_n(line, static_cast<long>(width) * channels, 0.0f);
        const BilinearSide::Span readers = down.readers(small_row);
        for (long reader = readers.begin; reader < readers.end; ++reader) {
            const float share = down.share(reader, small_row);
            const float* from = sample + reader * columns * channels;
            across.for_each([&](const BilinearMix& level) {
                const float far = share * level.share, near = share * (1 - level.share);
                float* const left = line + static_cast<long>(level.first) * channels;
                float* const right = line + static_cast<long>(level.second) * channels;
#pragma omp simd
                for (int c = 0; c < channels; ++c) left[c] += near * from[c];
#pragma omp simd
                for (int c = 0; c < channels; ++c) right[c] += far * from[c];
                from += channels;
            });
        }
    }
}

}  // namespace genotype::inline v0_1::kernels
