// The packed form of a convolution's weights.
#pragma once

#include <omp.h>

#include <algorithm>

#include "genotype/kernels/cpu/convolution_phase.hpp"
#include "genotype/kernels/cpu/tile.hpp"

namespace genotype::detail {

/// to[row][column] = from[row * row_stride + column * column_stride] for column < columns, 0 up to `width`.
inline void pack_panel(int rows, int columns, int width, const float* from, long row_stride, long column_stride,
                       float* to) {
    if (column_stride == 1) {
        for (int row = 0; row < rows; ++row, from += row_stride, to += width) {
            copy_floats(from, columns, to);
            std::fill(to + columns, to + width, 0.0f);
        }
        return;
    }
    // Transposed: small squares, so that both sides stay in the first-level cache.
    constexpr int square = 16;
    for (int first = 0; first < rows; first += square)
        for (int column = 0; column < width; ++column)
            for (int row = first; row < std::min(first + square, rows); ++row)
                to[row * width + column] = column < columns ? from[row * row_stride + column * column_stride] : 0.0f;
}

/// Packs one tap of a phase: [panel][contraction][panel's columns]. A panel is two vectors wide, the last one as wide
/// as it has to be. With lanes along the source: [channel][contraction]. `tap` is read through two strides, so that the
/// same code packs both directions.
inline void pack_tap(const Phase& phase, const float* tap, long source_stride, long channel_stride, long at,
                     float* packed) {
    const long contraction = phase.contraction();
    if (lanes_along_source(phase.source_channels, phase.channels)) {
        for (int channel = 0; channel < phase.channels; ++channel)
            for (int source = 0; source < phase.source_channels; ++source)
                packed[channel * contraction + at + source] = tap[source * source_stride + channel * channel_stride];
        return;
    }
    for (int panel = 0; panel < phase.channels; panel += tile_columns) {
        const int columns = std::min(tile_columns, phase.channels - panel),
                  width = columns > lanes ? tile_columns : lanes;
        pack_panel(phase.source_channels, columns, width, tap + panel * channel_stride, source_stride, channel_stride,
                   packed + panel * contraction + at * width);
    }
}

/// Packs the weights of one direction, phase by phase.
inline void pack(const Direction& direction, const float* plain, float* packed) {
    const ConvGeometry& g = direction.geometry;
    const long source_stride = direction.to_large ? 1 : g.small_channels;
    const long channel_stride = direction.to_large ? g.small_channels : 1;
#pragma omp parallel if (g.weights() > worth_threads / 16)
    {
        const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
        float* to = packed;
        int index = 0;
        for (int i = 0; i < direction.phases(); ++i) {
            const Phase phase = direction.phase(i);
            for (int tap = 0; tap < phase.rows.taps * phase.columns.taps; ++tap, ++index) {
                if (index % threads != thread) continue;
                const int row = phase.rows.kernel_first + tap / phase.columns.taps * phase.rows.kernel_step;
                const int column = phase.columns.kernel_first + tap % phase.columns.taps * phase.columns.kernel_step;
                pack_tap(phase,
                         plain + (static_cast<long>(row) * g.kernel + column) * g.large_channels * g.small_channels,
                         source_stride, channel_stride, static_cast<long>(tap) * phase.source_channels, to);
            }
            to += phase.contraction() * packed_width(phase.source_channels, phase.channels);
        }
    }
}

}  // namespace genotype::detail
