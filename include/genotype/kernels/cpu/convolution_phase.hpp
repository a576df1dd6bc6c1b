// The directions of a convolution as one thing: output pixels that gather from a window of the source.
#pragma once

#include <algorithm>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/cpu/tile.hpp"

namespace genotype::detail {

/// One axis of a phase. Position p takes taps 0 .. taps-1 from source indices p * step + offset + tap, and is output
/// index first + p * pitch. Tap t uses kernel index kernel_first + t * kernel_step.
struct PhaseAxis {
    int positions, taps;
    int step, offset;
    int first, pitch;
    int kernel_first, kernel_step;

    /// The taps that meet the source, as a range.
    constexpr int first_tap(int position) const { return std::max(0, -(position * step + offset)); }
    constexpr int end_tap(int position, int source_size) const {
        return std::min(taps, source_size - (position * step + offset));
    }
};

/// To the small picture: one phase.
constexpr PhaseAxis axis_to_small(const ConvGeometry& g, int small_size) {
    return {small_size, g.kernel, g.stride, -g.padding, 0, 1, 0, 1};
}

/// To the large picture: output indices of one residue modulo the stride meet the same taps, every stride-th one.
/// They are put in ascending order of the source, which is descending order of the kernel.
constexpr PhaseAxis axis_to_large(const ConvGeometry& g, int large_size, int phase) {
    const int taps = phase < g.kernel ? (g.kernel - phase - 1) / g.stride + 1 : 0;
    int first = (phase - g.padding) % g.stride;
    if (first < 0) first += g.stride;
    const int positions = first < large_size ? (large_size - first - 1) / g.stride + 1 : 0;
    return {positions,
            taps,
            1,
            (first + g.padding - phase) / g.stride - (taps - 1),
            first,
            g.stride,
            phase + (taps - 1) * g.stride,
            -g.stride};
}

/// The contraction of a phase runs over [row tap][column tap][source channel].
struct Phase {
    PhaseAxis rows, columns;
    int source_channels, channels;  // channels: of the output

    constexpr int positions() const { return rows.positions * columns.positions; }
    constexpr long contraction() const { return static_cast<long>(rows.taps) * columns.taps * source_channels; }
};

constexpr int phases_to_large(const ConvGeometry& g) {
    return g.stride * g.stride;
}

constexpr Phase phase_to_small(const ConvGeometry& g) {
    return {axis_to_small(g, g.small_height), axis_to_small(g, g.small_width), g.large_channels, g.small_channels};
}
constexpr Phase phase_to_large(const ConvGeometry& g, int phase) {
    return {axis_to_large(g, g.large_height, phase / g.stride), axis_to_large(g, g.large_width, phase % g.stride),
            g.small_channels, g.large_channels};
}

/// Few output channels would leave most lanes empty: then the lanes run along the source's channels instead.
constexpr bool lanes_along_source(int source_channels, int channels) {
    return false && channels <= 4 && source_channels % lanes == 0;
}

/// Floats of packed weights for each value of the contraction.
constexpr long packed_width(int source_channels, int channels) {
    return lanes_along_source(source_channels, channels) ? channels : (channels + lanes - 1) / lanes * lanes;
}

/// Packs a phase's weights as [panel][contraction][panel's columns]; a panel is two vectors wide, the last one as wide
/// as it has to be. With lanes along the source: [channel][contraction]. `plain` is read through two strides, so that
/// the same code packs both directions. Returns where the packed weights end.
inline float* pack_phase(const Phase& phase, int kernel, const float* plain, long source_stride, long channel_stride,
                         float* packed) {
    const long tap_floats = static_cast<long>(phase.source_channels) * phase.channels;
    const bool along_source = lanes_along_source(phase.source_channels, phase.channels);
    const long contraction = phase.contraction();
    long k = 0;
    for (int row = 0; row < phase.rows.taps; ++row)
        for (int column = 0; column < phase.columns.taps; ++column) {
            const int kernel_row = phase.rows.kernel_first + row * phase.rows.kernel_step;
            const int kernel_column = phase.columns.kernel_first + column * phase.columns.kernel_step;
            const float* tap = plain + (static_cast<long>(kernel_row) * kernel + kernel_column) * tap_floats;
            for (int source = 0; source < phase.source_channels; ++source, ++k) {
                const float* from = tap + source * source_stride;
                if (along_source) {
                    for (int channel = 0; channel < phase.channels; ++channel)
                        packed[channel * contraction + k] = from[channel * channel_stride];
                    continue;
                }
                for (int panel = 0; panel < phase.channels; panel += tile_columns) {
                    const int columns = phase.channels - panel;
                    const int width = columns > lanes ? tile_columns : lanes;
                    float* to = packed + panel * contraction + k * width;
                    for (int i = 0; i < width; ++i) to[i] = i < columns ? from[(panel + i) * channel_stride] : 0.0f;
                }
            }
        }
    return packed + contraction * packed_width(phase.source_channels, phase.channels);
}

}  // namespace genotype::detail
