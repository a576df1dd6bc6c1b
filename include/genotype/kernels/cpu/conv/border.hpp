// Borders of images on the processor: rows are shared out to threads.
#pragma once

#include <algorithm>

#include "genotype/kernels/border.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class = void>
inline void add_border(Cpu, const BorderGeometry& g, int batch, const float* x, float* padded) {
    const BorderSide down = g.rows(), across = g.columns();
    const long lines = static_cast<long>(batch) * down.padded(), line = static_cast<long>(g.size.width) * g.channels;
    const bool parallel = batch * g.padded_floats() > 16384;
#pragma omp parallel for schedule(static) if (parallel)
    for (long row = 0; row < lines; ++row) {
        const float* const from =
            x + (row / down.padded() * g.size.height + down.source(static_cast<int>(row % down.padded()))) * line;
        float* to = padded + row * across.padded() * g.channels;
        for (int column = 0; column < across.padded(); ++column, to += g.channels)
            std::copy_n(from + static_cast<long>(across.source(column)) * g.channels, g.channels, to);
    }
}

/// See the reference's.
template <class = void>
inline void add_border_backward(Cpu, const BorderGeometry& g, int batch, const float* padded, float* dx) {
    const BorderSide down = g.rows(), across = g.columns();
    const long lines = static_cast<long>(batch) * g.size.height, line = static_cast<long>(g.size.width) * g.channels;
    const bool parallel = batch * g.padded_floats() > 16384;
#pragma omp parallel for schedule(static) if (parallel)
    for (long index = 0; index < lines; ++index) {
        const int row = static_cast<int>(index % g.size.height);
        const float* const sample = padded + index / g.size.height * g.padded_floats();
        float* const to = dx + index * line;
        std::fill_n(to, line, 0.0f);
        for (int number = 0; number <= 2 * down.padding; ++number) {
            const int place = down.candidate(number, row);
            if (down.source(place) != row) continue;
            const float* from = sample + static_cast<long>(place) * across.padded() * g.channels;
            for (int column = 0; column < across.padded(); ++column, from += g.channels) {
                float* const pixel = to + static_cast<long>(across.source(column)) * g.channels;
#pragma omp simd
                for (int channel = 0; channel < g.channels; ++channel) pixel[channel] += from[channel];
            }
        }
    }
}

}  // namespace genotype::inline v0_1::kernels
