// Enlargement by bilinear interpolation on the processor: rows are shared out to threads, and each value is gathered.
#pragma once

#include <algorithm>

#include "genotype/kernels/bilinear.hpp"
#include "genotype/kernels/cpu/lanes.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::kernels {
namespace detail {

/// One of fewer channels than fill a vector, where a padded copy would cost more than the work.
struct OneChannel {
    static float load(const float* from) { return *from; }
    static void store(float value, float* to) { *to = value; }
};

/// Calls f(offset, WholeVector, PartOfVector or OneChannel) over a pixel's channels.
template <class F>
void for_each_mixed_channel(int channels, F f) {
    if (channels >= vector_size) return for_each_vector(channels, f);
    for (long c = 0; c < channels; ++c) f(c, OneChannel{});
}

}  // namespace detail

/// x (batch, height, width, channels) to y (batch, height * factor, width * factor, channels): each value mixed from
/// the four around it.
inline void upsample_bilinear(Cpu, int batch, int height, int width, int channels, int factor, const float* x,
                              float* y) {
    const BilinearSide down{height, factor}, across{width, factor};
    const long rows = batch * down.enlarged(), columns = across.enlarged(), line = static_cast<long>(width) * channels;
    const bool parallel = rows * columns * channels > 16384;
#pragma omp parallel for schedule(static) if (parallel)
    for (long row = 0; row < rows; ++row) {
        const BilinearMix vertical = down.mix(row % down.enlarged());
        const float* const sample = x + row / down.enlarged() * height * line;
        const float* const above = sample + vertical.first * line;
        const float* const below = sample + vertical.second * line;
        for (long column = 0; column < columns; ++column) {
            const BilinearMix level = across.mix(column);
            const long left = static_cast<long>(level.first) * channels;
            const long right = static_cast<long>(level.second) * channels;
            float* const to = y + (row * columns + column) * channels;
            detail::for_each_mixed_channel(channels, [&](long c, auto part) {
                const auto mixed = [&](const float* from) {
                    return (1 - level.share) * part.load(from + left + c) + level.share * part.load(from + right + c);
                };
                part.store((1 - vertical.share) * mixed(above) + vertical.share * mixed(below), to + c);
            });
        }
    }
}

/// dx: each dy, shared out to the values that it was mixed from.
inline void upsample_bilinear_backward(Cpu, int batch, int height, int width, int channels, int factor, const float* dy,
                                       float* dx) {
    const BilinearSide down{height, factor}, across{width, factor};
    const long rows = static_cast<long>(batch) * height, columns = across.enlarged();
    const bool parallel = rows * factor * columns * channels > 16384;
#pragma omp parallel for schedule(static) if (parallel)
    for (long row = 0; row < rows; ++row) {
        const int small_row = static_cast<int>(row % height);
        const float* const sample = dy + row / height * down.enlarged() * columns * channels;
        const BilinearSide::Span lines = down.readers(small_row);
        for (int column = 0; column < width; ++column) {
            const BilinearSide::Span places = across.readers(column);
            float* const to = dx + (row * width + column) * channels;
            std::fill_n(to, channels, 0.0f);
            for (long r = lines.begin; r < lines.end; ++r)
                for (long s = places.begin; s < places.end; ++s) {
                    const float share = down.share(r, small_row) * across.share(s, column);
                    const float* const from = sample + (r * columns + s) * channels;
                    detail::for_each_mixed_channel(channels, [&](long c, auto part) {
                        part.store(part.load(to + c) + share * part.load(from + c), to + c);
                    });
                }
        }
    }
}

}  // namespace genotype::kernels
