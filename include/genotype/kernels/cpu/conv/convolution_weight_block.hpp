// A weight gradient is worked on block by block of pixels: their sizes, and the packed copies of both images.
#pragma once

#include <algorithm>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/cpu/conv/outer_tile.hpp"
#include "genotype/kernels/cpu/matmul/tile.hpp"

namespace genotype::inline v0_1::kernels::detail {

struct IndexRange {
    int first = 0, end = 0;

    constexpr int size() const { return end - first; }
    constexpr bool empty() const { return end <= first; }
};

/// The positions p of `within` for which p * stride + offset lies in [0, size).
constexpr IndexRange meeting(IndexRange within, int stride, int offset, int size) {
    const int first = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
    const int end = offset >= size ? 0 : (size - 1 - offset) / stride + 1;
    return {std::max(within.first, first), std::min(within.end, end)};
}

/// With few large channels a whole kernel row counts as one tap with kernel * channels of them, zero outside the
/// image.
struct GradientShape {
    ConvGeometry geometry;
    bool merged;
    int large_channels, tap_columns;

    constexpr explicit GradientShape(const ConvGeometry& g)
        : geometry(g),
          merged(g.large_channels < 8 && g.kernel > 1 && g.kernel * g.large_channels <= 64),
          large_channels(merged ? g.kernel * g.large_channels : g.large_channels),
          tap_columns(merged ? 1 : g.kernel) {}
};

inline constexpr int gradient_small_channels = 128, gradient_large_tiles = 3;

/// Large channels, cut into tiles of the registers' height with an even number of rows each (the last may end early).
struct LargeChannels {
    int first, count;
    int tiles;
    int tile_first[gradient_large_tiles + 1];

    constexpr LargeChannels(int from, int channels) : first(from), count(channels), tile_first{} {
        const int pairs = (channels + 1) / 2;
        tiles = (2 * pairs + outer_rows - 1) / outer_rows;
        for (int tile = 0; tile <= tiles; ++tile) tile_first[tile] = 2 * (pairs * tile / tiles);
    }
};

/// Pixels of the small image for which both operands are packed at a time.
/// The small one lies as [panel][row][column][sample][panel's channels]. The large one lies, for one kernel row, as
/// [tile][row][column phase][column][sample][tile's channels], where columns that a stride apart are neighbours: so for
/// each tap what a row of the small image meets is one run in both.
struct GradientBlock {
    IndexRange samples, rows, columns;

    constexpr long small_row() const { return static_cast<long>(columns.size()) * samples.size(); }
    constexpr long small_pixels() const { return rows.size() * small_row(); }
    constexpr long small_at(int row, int column) const {
        return (row - rows.first) * small_row() + static_cast<long>(column - columns.first) * samples.size();
    }

    /// Columns of one phase.
    constexpr int phase_columns(const GradientShape& s) const {
        return s.merged ? columns.size() : columns.size() + (s.geometry.kernel - 1) / s.geometry.stride;
    }
    constexpr long large_row(const GradientShape& s) const {
        return static_cast<long>(s.merged ? 1 : s.geometry.stride) * phase_columns(s) * samples.size();
    }
    constexpr long large_pixels(const GradientShape& s) const { return rows.size() * large_row(s); }
    constexpr long large_at(const GradientShape& s, int row, int column, int kernel_column) const {
        const int stride = s.geometry.stride, phase = kernel_column % stride, shift = kernel_column / stride;
        return (row - rows.first) * large_row(s) +
               (static_cast<long>(phase) * phase_columns(s) + column - columns.first + shift) * samples.size();
    }
};

inline constexpr long gradient_small_floats = 32 * 1024, gradient_large_floats = 24 * 1024;
inline constexpr int gradient_pixels = 256;

/// Sizes of blocks, from the shape alone: the order of additions must not depend on the number of threads.
struct GradientBlocking {
    int samples = 1, rows = 1, columns = 1, large_channels = 1;

    GradientBlocking(const GradientShape& s, int batch) {
        const ConvGeometry& g = s.geometry;
        const long widest = gradient_large_floats / ((g.kernel + g.stride) * outer_pitch);
        const int most = static_cast<int>(std::clamp<long>(widest, 1, gradient_large_tiles)) * outer_rows;
        const int parts = (s.large_channels + most - 1) / most;
        large_channels = ((s.large_channels + parts - 1) / parts + 1) / 2 * 2;
        const int tiles = LargeChannels(0, large_channels).tiles;
        auto fits = [&](int n, int r, int c) {
            const GradientBlock block{{0, n}, {0, r}, {0, c}};
            return block.small_pixels() <= gradient_pixels &&
                   block.large_pixels(s) * tiles * outer_pitch <= gradient_large_floats;
        };
        while (columns < g.small_width && fits(1, 1, columns + 1)) ++columns;
        while (columns == g.small_width && rows < g.small_height && fits(1, rows + 1, columns)) ++rows;
        while (rows == g.small_height && samples < batch && fits(samples + 1, rows, columns)) ++samples;
    }
};

/// Floats of one pixel of a panel.
constexpr int vector_width(int columns) {
    return columns > lanes ? tile_columns : lanes;
}

/// Packs `count` channels of the small image, from `first` on.
template <class = void>
inline void pack_small(const ConvGeometry& g, const GradientBlock& block, int first, int count, const float* small,
                       float* packed) {
    for (int panel = 0; panel < count; panel += tile_columns) {
        const int columns = std::min(tile_columns, count - panel), width = vector_width(columns);
        float* to = packed + panel * block.small_pixels();
        for (int row = block.rows.first; row < block.rows.end; ++row)
            for (int column = block.columns.first; column < block.columns.end; ++column) {
                const float* pixel = small + block.samples.first * g.small_floats() + first + panel +
                                     (static_cast<long>(row) * g.small_width + column) * g.small_channels;
                for (int sample = 0; sample < block.samples.size(); ++sample, to += width) {
                    copy_floats(pixel + sample * g.small_floats(), columns, to);
                    std::fill(to + columns, to + width, 0.0f);
                }
            }
    }
}

/// Copies one pixel's channels to the tiles, whole vectors where those do not reach past `end`. What lies beyond
/// a tile's rows is no channel, and what is summed from it is dropped.
template <class = void>
inline void spread(const LargeChannels& channels, const float* values, const float* end, long pixels, float* packed) {
    for (int tile = 0; tile < channels.tiles; ++tile, packed += pixels * outer_pitch) {
        const int first = channels.tile_first[tile];
        if (end - values >= first + outer_pitch)
            unroll<outer_pitch / lanes>([&](auto i) {
                Vector::load_unaligned(values + first + i * lanes).store_unaligned(packed + i * lanes);
            });
        else
            copy_floats(values + first, std::min(channels.tile_first[tile + 1], channels.count) - first, packed);
    }
}

/// Packs what the block meets of the large image through one kernel row. `end` is where the whole batch ends.
template <class = void>
inline void pack_large(const GradientShape& s, const GradientBlock& block, const LargeChannels& channels,
                       int kernel_row, const float* large, const float* end, float* packed) {
    const ConvGeometry& g = s.geometry;
    const IndexRange rows = meeting(block.rows, g.stride, kernel_row - g.padding, g.large_height);
    const long pixels = block.large_pixels(s);
    const int columns = s.merged ? block.columns.size() : (block.columns.size() - 1) * g.stride + g.kernel;
    for (int row = rows.first; row < rows.end; ++row) {
        const float* line =
            large + block.samples.first * g.large_floats() +
            static_cast<long>(row * g.stride - g.padding + kernel_row) * g.large_width * g.large_channels;
        for (int i = 0; i < columns; ++i) {
            const int column = (block.columns.first + (s.merged ? i : 0)) * g.stride - g.padding + (s.merged ? 0 : i);
            const int taps = s.merged ? g.kernel : 1;
            const IndexRange inside{std::clamp(-column, 0, taps), std::clamp(g.large_width - column, 0, taps)};
            if (!s.merged && inside.empty()) continue;
            const long at = s.merged ? block.large_at(s, row, block.columns.first + i, 0)
                                     : block.large_at(s, row, block.columns.first, i);
            const float* pixel = line + static_cast<long>(column) * g.large_channels;
            for (int sample = 0; sample < block.samples.size(); ++sample, pixel += g.large_floats()) {
                if (s.merged && inside.size() < taps) {
                    float values[64] = {};
                    for (int value = inside.first * g.large_channels; value < inside.end * g.large_channels; ++value)
                        values[value] = pixel[value];
                    spread(channels, values + channels.first, values + 64, pixels,
                           packed + (at + sample) * outer_pitch);
                } else {
                    spread(channels, pixel + channels.first, end, pixels, packed + (at + sample) * outer_pitch);
                }
            }
        }
    }
}

}  // namespace genotype::inline v0_1::kernels::detail
