// The product behind both directions of a convolution: windows of the source times packed weights.
#pragma once

#include <omp.h>

#include <algorithm>
#include <iterator>

#include "genotype/kernels/cpu/conv/convolution_phase.hpp"
#include "genotype/kernels/cpu/matmul/tile.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Which rows a tile has. With many samples a tile is one position of several samples: all its rows then meet the same
/// taps, and those outside the image are left out. With few samples it is a run of pixels, and zeros stand for what
/// lies outside, unless most would be zeros. Tiles are numbered [group of rows][position]; with pixels as rows there is
/// one "position".
struct TileRows {
    int samples, positions, columns;  // of the phase
    bool across_samples;

    TileRows(const Phase& phase, const ConvImageSize& source, int batch)
        : samples(batch),
          positions(phase.positions()),
          columns(phase.columns.positions),
          across_samples(2 * batch >= tile_rows || phase.positions() == 1 || mostly_outside(phase, source, batch)) {}

    /// Whether zeros cost more than tiles of few rows, which count as three at least.
    static bool mostly_outside(const Phase& phase, const ConvImageSize& source, int batch) {
        const long inside = phase.rows.taps_inside(source.height) * phase.columns.taps_inside(source.width);
        const long all = static_cast<long>(phase.positions()) * phase.rows.taps * phase.columns.taps;
        return 2 * std::max(batch, 3) * inside < batch * all;
    }

    int fixed_positions() const { return across_samples ? positions : 1; }
    long row_count() const { return across_samples ? samples : static_cast<long>(samples) * positions; }
    long groups() const { return (row_count() + tile_rows - 1) / tile_rows; }

    /// First row of a group. A short last group takes rows from the one before: two middling tiles are faster than a
    /// full and a nearly empty one.
    long first_row(long group) const {
        const long last = groups() - 1;
        const long rest = row_count() - last * tile_rows;
        if (group == last && last > 0 && rest <= tile_rows / 4)
            return (last - 1) * tile_rows + (tile_rows + rest + 1) / 2;
        return std::min(group * tile_rows, row_count());
    }
};

/// Values of the contraction that are worked on at a time, so that a tile's rows stay in the first-level cache.
inline constexpr int chunk_values = 512;
inline constexpr int row_pitch = chunk_values + 16;
inline constexpr int tiles_at_a_time = 4;
/// A chunk meets at most this many rows of taps: a row of taps has at least as many values as there are rows.
inline constexpr int most_pieces = 32;

/// A tile in work: its source rows copied to the thread's buffer, and where its results go.
struct GatheredTile {
    int rows;
    float* results[tile_rows];
    const float* sources[tile_rows];  // the sample of each row
    int row_position[tile_rows], column_position[tile_rows];
    Piece pieces[most_pieces];
    int piece_count;
};

template <class = void>
inline void place_tile(const Gather& g, const Phase& phase, const TileRows& tiling, long group, int position,
                       GatheredTile& tile) {
    const long first = tiling.first_row(group);
    tile.rows = static_cast<int>(tiling.first_row(group + 1) - first);
    for (int i = 0; i < tile.rows; ++i) {
        const long row = first + i;
        const long sample = tiling.across_samples ? row : row / tiling.positions;
        const int at = tiling.across_samples ? position : static_cast<int>(row % tiling.positions);
        const int r = at / tiling.columns, c = at % tiling.columns;
        tile.row_position[i] = r;
        tile.column_position[i] = c;
        tile.sources[i] = g.source + sample * g.source_size.floats();
        const long pixel = static_cast<long>(phase.rows.first + r * phase.rows.pitch) * g.result_size.width +
                           phase.columns.first + c * phase.columns.pitch;
        tile.results[i] = g.result + sample * g.result_size.floats() + pixel * g.result_size.channels;
    }
}

/// What one position meets in one row of taps: the values [from, end) of the contraction, at source[from] of a sample.
struct Window {
    long from, end, source;
};

template <class = void>
inline Window window_of(const Gather& g, const Phase& phase, int row_position, int column_position, int tap) {
    const int channels = phase.source_channels;
    const int row = row_position * phase.rows.step + phase.rows.offset + tap;
    if (row < 0 || row >= g.source_size.height) return {0, 0, 0};
    const long tap_row = static_cast<long>(tap) * phase.columns.taps;
    const long column = column_position * phase.columns.step + phase.columns.offset - tap_row;
    return {(tap_row + phase.columns.first_tap(column_position)) * channels,
            (tap_row + phase.columns.end_tap(column_position, g.source_size.width)) * channels,
            (static_cast<long>(row) * g.source_size.width + column) * channels};
}

/// Copies the values [begin, end) of the contraction for each row of the tile and lists the pieces that they form.
template <class = void>
inline void gather_tile(const Gather& g, const Phase& phase, bool across_samples, long begin, long end,
                        GatheredTile& tile, float* buffer) {
    const long tap_row = static_cast<long>(phase.columns.taps) * phase.source_channels;
    tile.piece_count = 0;
    for (int tap = static_cast<int>(begin / std::max(tap_row, 1L)); tap < phase.rows.taps && tap * tap_row < end;
         ++tap) {
        long low = std::max(begin, tap * tap_row), high = std::min(end, (tap + 1) * tap_row);
        if (across_samples) {
            const Window window = window_of(g, phase, tile.row_position[0], tile.column_position[0], tap);
            low = std::max(low, window.from);
            high = std::min(high, window.end);
            if (low >= high) continue;
            for (int i = 0; i < tile.rows; ++i)
                copy_floats(tile.sources[i] + window.source + low, high - low, buffer + i * row_pitch);
        } else {
            for (int i = 0; i < tile.rows; ++i) {
                const Window window = window_of(g, phase, tile.row_position[i], tile.column_position[i], tap);
                const long from = std::clamp(window.from, low, high), to = std::clamp(window.end, from, high);
                float* row = buffer + i * row_pitch;
                std::fill(row, row + (from - low), 0.0f);
                copy_floats(tile.sources[i] + window.source + from, to - from, row + (from - low));
                std::fill(row + (to - low), row + (high - low), 0.0f);
            }
        }
        tile.pieces[tile.piece_count++] = {low, static_cast<int>(high - low)};
        buffer += high - low;
    }
}

/// Multiplies a gathered chunk with one panel. Columns of the last panel that do not exist are kept out of the result.
template <class = void>
inline void multiply_panel(const Phase& phase, const Gather& g, const float* packed, int column, bool first_chunk,
                           GatheredTile& tile, const float* buffer) {
    const int columns = std::min(tile_columns, phase.channels - column);
    const int width = columns > lanes ? tile_columns : lanes;
    float start[tile_columns], spill[tile_rows][tile_columns];
    float* rows[tile_rows];
    for (int i = 0; i < tile_columns; ++i) start[i] = g.bias && i < columns ? g.bias[column + i] : 0.0f;
    const bool whole = columns == width;
    for (int i = 0; i < tile_rows; ++i) rows[i] = whole && i < tile.rows ? tile.results[i] + column : spill[i];
    if (!whole && !first_chunk)
        for (int i = 0; i < tile.rows; ++i) copy_floats(tile.results[i] + column, columns, spill[i]);
    const TileFunction multiply = width == lanes ? tile_function<1>(tile.rows) : tile_function<2>(tile.rows);
    multiply(buffer, row_pitch, tile.pieces, tile.piece_count, packed + column * phase.contraction(),
             {first_chunk ? start : nullptr, rows});
    if (!whole)
        for (int i = 0; i < tile.rows; ++i) copy_floats(spill[i], columns, tile.results[i] + column);
}

/// The part of a phase's result that one thread computes.
struct Share {
    long first_group, end_group;
    int first_position, end_position;
    int first_column, end_column;
};

/// One thread's part of one phase.
template <class = void>
inline void gather_phase(const Gather& g, const Phase& phase, const TileRows& tiling, const float* packed,
                         const Share& share) {
    alignas(64) float buffer[tiles_at_a_time * tile_rows * row_pitch];
    GatheredTile tiles[tiles_at_a_time];
    std::fill_n(buffer, std::size(buffer), 0.0f);
    const long contraction = phase.contraction();
    const int positions = share.end_position - share.first_position;
    const long count = (share.end_group - share.first_group) * positions;
    for (long block = 0; block < count; block += tiles_at_a_time) {
        const int in_block = static_cast<int>(std::min<long>(tiles_at_a_time, count - block));
        for (int t = 0; t < in_block; ++t)
            place_tile(g, phase, tiling, share.first_group + (block + t) / positions,
                       share.first_position + static_cast<int>((block + t) % positions), tiles[t]);
        for (long begin = 0; begin == 0 || begin < contraction; begin += chunk_values) {
            const long end = std::min(contraction, begin + chunk_values);
            for (int t = 0; t < in_block; ++t)
                gather_tile(g, phase, tiling.across_samples, begin, end, tiles[t], buffer + t * tile_rows * row_pitch);
            for (int column = share.first_column; column < share.end_column; column += tile_columns)
                for (int t = 0; t < in_block; ++t)
                    multiply_panel(phase, g, packed, column, begin == 0, tiles[t], buffer + t * tile_rows * row_pitch);
        }
    }
}

/// The share of thread `index` of `threads`. Every result is one chain of additions in the order of the contraction, so
/// it does not matter who computes what.
template <class = void>
inline Share share_of(const Phase& phase, const TileRows& tiling, int index, int threads) {
    const int panels = (phase.channels + tile_columns - 1) / tile_columns;
    const int position_parts = std::min(tiling.fixed_positions(), threads);
    const int group_limit = tiling.across_samples ? 1 : threads / position_parts;
    int group_parts = static_cast<int>(std::min<long>(tiling.groups(), group_limit));
    const int panel_parts = std::min(panels, threads / (position_parts * group_parts));
    group_parts = static_cast<int>(std::min<long>(tiling.groups(), threads / (position_parts * panel_parts)));
    if (index >= position_parts * group_parts * panel_parts) return {};
    const int position = index % position_parts, rest = index / position_parts;
    const int group = rest % group_parts, panel = rest / group_parts;
    auto cut = [](auto count, int part, int parts) { return count * part / parts; };
    return {cut(tiling.groups(), group, group_parts),
            cut(tiling.groups(), group + 1, group_parts),
            cut(tiling.fixed_positions(), position, position_parts),
            cut(tiling.fixed_positions(), position + 1, position_parts),
            cut(panels, panel, panel_parts) * tile_columns,
            std::min(cut(panels, panel + 1, panel_parts) * tile_columns, phase.channels)};
}

/// The part of all phases that thread `index` of `threads` computes.
template <class = void>
inline void gather_share(const Gather& g, const ConvDirection& direction, const float* packed, int index, int threads) {
    for (int i = 0; i < direction.phases(); ++i) {
        const Phase phase = direction.phase(i);
        if (phase.positions() > 0) {
            const TileRows tiling(phase, g.source_size, g.batch);
            gather_phase(g, phase, tiling, packed, share_of(phase, tiling, index, threads));
        }
        packed += phase.contraction() * packed_width(phase.source_channels, phase.channels);
    }
}

}  // namespace genotype::inline v0_1::kernels::detail
