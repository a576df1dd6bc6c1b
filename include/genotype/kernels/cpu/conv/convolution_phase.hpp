// The directions of a convolution as one thing: output pixels that gather from a window of the source.
#pragma once

#include <algorithm>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/cpu/matmul/tile.hpp"

namespace genotype::inline v0_1::kernels::detail {

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
    /// The taps that meet the source, of all positions together.
    constexpr long taps_inside(int source_size) const {
        long sum = 0;
        for (int position = 0; position < positions; ++position)
            sum += std::max(0, end_tap(position, source_size) - first_tap(position));
        return sum;
    }
};

/// To the small image: one phase.
constexpr PhaseAxis axis_to_small(const ConvGeometry& g, int small_size) {
    return {small_size, g.kernel, g.stride, -g.padding, 0, 1, 0, 1};
}

/// To the large image: output indices of one residue modulo the stride meet the same taps, every stride-th one.
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

/// A convolution to the small image or to the large one, as phases.
struct ConvDirection {
    ConvGeometry geometry;
    bool to_large;

    constexpr int phases() const { return to_large ? geometry.stride * geometry.stride : 1; }
    constexpr int source_channels() const { return to_large ? geometry.small_channels : geometry.large_channels; }
    constexpr int channels() const { return to_large ? geometry.large_channels : geometry.small_channels; }

    /// The most lines that any phase has.
    constexpr int lines() const {
        const ConvGeometry& g = geometry;
        return to_large ? (g.large_height + g.stride - 1) / g.stride : g.small_height;
    }

    constexpr Phase phase(int index) const {
        const ConvGeometry& g = geometry;
        if (!to_large)
            return {axis_to_small(g, g.small_height), axis_to_small(g, g.small_width), g.large_channels,
                    g.small_channels};
        return {axis_to_large(g, g.large_height, index / g.stride), axis_to_large(g, g.large_width, index % g.stride),
                g.small_channels, g.large_channels};
    }
};

/// An image of the batch, channels-last.
struct ConvImageSize {
    int height, width, channels;

    constexpr long floats() const { return static_cast<long>(height) * width * channels; }
};

/// All that one direction of a convolution reads and writes.
struct Gather {
    int batch;
    ConvImageSize source_size, result_size;
    const float* source;
    const float* bias;  // or null
    float* result;
};

/// Grey or colour images would leave most lanes empty: then the lanes run along the source's channels instead.
constexpr bool lanes_along_source(int source_channels, int channels) {
    return (channels == 1 || channels == 3) && source_channels % lanes == 0;
}

/// Floats of packed weights for each value of the contraction.
constexpr long packed_width(int source_channels, int channels) {
    return lanes_along_source(source_channels, channels) ? channels : (channels + lanes - 1) / lanes * lanes;
}

}  // namespace genotype::inline v0_1::kernels::detail
