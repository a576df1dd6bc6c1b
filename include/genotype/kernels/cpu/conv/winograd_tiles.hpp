// Images to transformed tiles and back.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "genotype/kernels/cpu/conv/winograd_five_outputs.hpp"
#include "genotype/kernels/cpu/conv/winograd_form.hpp"
#include "genotype/kernels/cpu/conv/winograd_three_taps.hpp"
#include "genotype/kernels/cpu/conv/winograd_two_taps.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Calls f with the transforms for the convolution's taps and tiles and returns true, where it takes Winograd's form.
template <class Geometry, class F>
bool with_winograd(const Geometry& g, int batch, F f) {
    if constexpr (possible<Geometry>(has_two_taps) || possible<Geometry>(has_three_taps)) {
        if (convolution_form(Cpu{}, g, batch) != ConvForm::winograd) return false;
        if constexpr (possible<Geometry>(has_two_taps))
            if (has_two_taps(g)) return f(TwoTaps{}), true;
        if constexpr (possible<Geometry>(has_three_taps))
            return winograd_tile(g) == FiveOutputs::tile ? f(FiveOutputs{}) : f(ThreeTaps{}), true;
    }
    return false;
}

/// Tiles from `first` to before `end`.
struct TileRange {
    int first, end;
};

/// Where the tiles of a sample lie among its transformed ones. Of a tile that reaches over the lower edge the last
/// output in each column is not requested, and the point infinity is in no other one (the last column of At), while
/// on the way back its values there are zero: no product of that point is made, and likewise on the right. For each
/// point the tiles with products lie side by side: first those at the right edge, then the whole ones, then those at
/// the lower edge, and the corner. What is left out is 19 % of the products for 7 x 7 pixels and two taps.
struct TileSlots {
    int columns, whole_rows, whole_columns, right, lower, corner;

    explicit TileSlots(const ConvGeometry& g)
        : columns(winograd_tile_columns(g)),
          whole_rows(g.small_height / winograd_tile(g)),
          whole_columns(g.small_width / winograd_tile(g)),
          right(whole_columns < columns ? whole_rows : 0),
          lower(right + whole_rows * whole_columns),
          corner(lower + (winograd_tiles(g) > whole_rows * columns ? whole_columns : 0)) {}

    /// Of the tiles counted row by row.
    int of(int place) const {
        const int row = place / columns, column = place % columns;
        if (row < whole_rows) return column < whole_columns ? right + row * whole_columns + column : row;
        return column < whole_columns ? lower + column : corner;
    }
    /// The slots with products of a point, of a square with `side` points a side; all of them are `tiles`.
    TileRange of_point(int point, int side, int tiles) const {
        const bool is_last_row = point / side == side - 1, is_last_column = point % side == side - 1;
        return {is_last_column ? right : 0, is_last_row ? lower : is_last_column ? corner : tiles};
    }
};

/// Transformed tiles of some samples: [point][channels / lanes][sample][tile][lanes], or [point][channels / lanes]
/// [tile][sample][lanes] where some tiles have products at some points only.
struct PointTiles {
    float* values;
    TileSlots slots;
    int tile_step, sample_step;
    int tiles;  // of one sample
    long group_pitch, point_pitch;

    [[gnu::noinline]] PointTiles(const ConvGeometry& g, float* memory, long channels, int sample_count)
        : values(memory),
          slots(g),
          tile_step(winograd_reaches_over(g) ? sample_count : 1),
          sample_step(winograd_reaches_over(g) ? 1 : winograd_tiles(g)),
          tiles(winograd_tiles(g)),
          group_pitch(winograd_tile_pitch(static_cast<long>(tiles) * sample_count) * lanes),
          point_pitch(channels * group_pitch / lanes + winograd_point_gap) {}

    /// The same tiles from a later sample on.
    PointTiles from(int sample) const {
        PointTiles later = *this;
        later.values += static_cast<long>(sample) * sample_step * lanes;
        return later;
    }

    float* at(int place, int sample, int channel) const {
        return values + channel / lanes * group_pitch +
               (static_cast<long>(slots.of(place)) * tile_step + static_cast<long>(sample) * sample_step) * lanes;
    }

    /// The tiles of `count` samples that have products of a point, counted from the first sample's first tile.
    TileRange with_products(int point, int side, int count) const {
        if (tile_step == 1) return {0, tiles * count};
        const TileRange range = slots.of_point(point, side, tiles);
        return {range.first * tile_step, range.end * tile_step};
    }
};

/// Where a batch's transformed images lie in a convolution's scratch, if all of it is transformed at once.
template <class = void>
inline PointTiles large_tiles(const ConvGeometry& g, int batch, float* scratch) {
    return {g, scratch, winograd_phases(g) * g.large_channels, batch};
}
template <class = void>
inline PointTiles small_tiles(const ConvGeometry& g, int batch, float* scratch) {
    return {g, scratch + winograd_points(g) * large_tiles(g, batch, scratch).point_pitch, g.small_channels, batch};
}

/// The samples of a batch that a call works on.
struct SampleRange {
    int first, count;
};

/// Channels of an image; of the large one, channel c of phase p counts as p * large_channels + c.
struct ChannelRange {
    int first, count;
};

/// The side x side pixels that a tile meets, `step` apart, as addresses in sample 0. A pixel outside the image is
/// one vector somewhere else, the same for all samples and channels: its mask is 0, others' is -1.
template <class Float, int side>
struct TileWindow {
    static constexpr std::size_t count = static_cast<std::size_t>(side) * side;

    std::array<Float*, count> pixels;
    std::array<long, count> masks;

    TileWindow(Float* image, int height, int width, int channels, int first_row, int first_column, int step,
               Float* outside) {
        for (int i = 0; i < side * side; ++i) {
            const auto at = static_cast<std::size_t>(i);
            const int row = first_row + i / side * step, column = first_column + i % side * step;
            const bool inside = row >= 0 && row < height && column >= 0 && column < width;
            pixels[at] = inside ? image + (static_cast<long>(row) * width + column) * channels : outside;
            masks[at] = inside ? -1 : 0;
        }
    }

    /// offset: of the sample and the channel.
    Float* at(int i, long offset) const {
        const auto pixel = static_cast<std::size_t>(i);
        return pixels[pixel] + (offset & masks[pixel]);
    }
};

/// Where tile `place` begins in the small image.
struct TilePlace {
    int row, column;

    TilePlace(const ConvGeometry& g, int place)
        : row(place / winograd_tile_columns(g) * winograd_tile(g)),
          column(place % winograd_tile_columns(g) * winograd_tile(g)) {}
};

/// The pixels of one phase of the large image that the tile meets.
template <int side, class Float>
TileWindow<Float, side> large_window(const ConvGeometry& g, Float* large, TilePlace tile, int phase, Float* outside) {
    return {large,
            g.large_height,
            g.large_width,
            g.large_channels,
            g.stride * tile.row + phase / g.stride - g.padding,
            g.stride * tile.column + phase % g.stride - g.padding,
            g.stride,
            outside};
}

template <int side, class Float>
TileWindow<Float, side> small_window(const ConvGeometry& g, Float* small, TilePlace tile, Float* outside) {
    return {small, g.small_height, g.small_width, g.small_channels, tile.row, tile.column, 1, outside};
}

/// Bt d B for each phase; channel c of phase p becomes channel p * large_channels + c. `points` has the tiles of
/// `range` and the channels of `channels` alone.
template <class Form>
void large_to_points(const ConvGeometry& g, const float* large, SampleRange range, ChannelRange channels,
                     const PointTiles& points) {
    for (int place = 0; place < winograd_tiles(g); ++place)
        for (int at = 0, end; at < channels.count; at = end) {
            const int phase = (channels.first + at) / g.large_channels;
            end = std::min(channels.count, (phase + 1) * g.large_channels - channels.first);
            const auto window = large_window<Form::LargeToPoints::from>(g, large, {g, place}, phase, vector_of_zeros);
            for (int sample = 0; sample < range.count; ++sample) {
                long from = (range.first + sample) * g.large_floats() + channels.first + at - phase * g.large_channels;
                float* to = points.at(place, sample, at);
                for (const long last = from + end - at; from != last; from += lanes, to += points.group_pitch)
                    transform_square<typename Form::LargeToPoints>(
                        [&](int i) { return Vector::load_unaligned(window.at(i, from)); },
                        [&](int i, const Vector& value) { value.store_unaligned(to + i * points.point_pitch); });
            }
        }
}

/// A y At. `points` has the tiles of `range` and the channels of `channels` alone.
template <class Form>
void small_to_points(const ConvGeometry& g, const float* small, SampleRange range, ChannelRange channels,
                     const PointTiles& points) {
    for (int place = 0; place < winograd_tiles(g); ++place) {
        const auto window = small_window<Form::tile>(g, small, {g, place}, vector_of_zeros);
        for (int sample = 0; sample < range.count; ++sample) {
            long from = (range.first + sample) * g.small_floats() + channels.first;
            float* to = points.at(place, sample, 0);
            for (const long end = from + channels.count; from != end; from += lanes, to += points.group_pitch)
                transform_square<typename Form::SmallToPoints>(
                    [&](int i) { return Vector::load_unaligned(window.at(i, from)); },
                    [&](int i, const Vector& value) { value.store_unaligned(to + i * points.point_pitch); });
        }
    }
}

/// At m A, plus the bias. `points` has the channels of `channels` alone.
template <class Form>
void points_to_small(const ConvGeometry& g, const PointTiles& points, SampleRange range, ChannelRange channels,
                     const float* bias, float* small) {
    alignas(64) float outside[lanes];
    for (int place = 0; place < winograd_tiles(g); ++place) {
        const auto window = small_window<Form::tile>(g, small, {g, place}, outside);
        for (int sample = 0; sample < range.count; ++sample) {
            const long to = (range.first + sample) * g.small_floats() + channels.first;
            for (int channel = 0; channel < channels.count; channel += lanes) {
                const float* from = points.at(place, sample, channel);
                const Vector start = bias ? Vector::load_unaligned(bias + channels.first + channel) : Vector(0.0f);
                transform_square<typename Form::PointsToSmall>(
                    [&](int i) { return Vector::load_unaligned(from + i * points.point_pitch); },
                    [&](int i, const Vector& value) { (start + value).store_unaligned(window.at(i, to + channel)); });
            }
        }
    }
}

/// B m Bt, plus the bias. Neighbouring tiles share rows or columns of pixels: the first one writes it, in the order
/// of the places, and the others add to it. `points` has the channels of `channels` alone.
template <class Form>
void points_to_large(const ConvGeometry& g, const PointTiles& points, SampleRange range, ChannelRange channels,
                     const float* bias, float* large) {
    alignas(64) float outside[lanes] = {};
    for (int place = 0; place < winograd_tiles(g); ++place)
        for (int at = 0, end; at < channels.count; at = end) {
            const int phase = (channels.first + at) / g.large_channels;
            end = std::min(channels.count, (phase + 1) * g.large_channels - channels.first);
            const TilePlace tile(g, place);
            const auto window = large_window<Form::LargeToPoints::from>(g, large, tile, phase, outside);
            for (int sample = 0; sample < range.count; ++sample) {
                const long to = (range.first + sample) * g.large_floats();
                for (int column = at; column < end; column += lanes) {
                    const int channel = channels.first + column - phase * g.large_channels;
                    const float* from = points.at(place, sample, column);
                    const Vector start = bias ? Vector::load_unaligned(bias + channel) : Vector(0.0f);
                    transform_square<typename Form::PointsToLarge>(
                        [&](int i) { return Vector::load_unaligned(from + i * points.point_pitch); },
                        [&](int i, const Vector& value) {
                            constexpr int side = Form::LargeToPoints::from, common = Form::taps - 1;
                            const bool shared =
                                (i / side < common && tile.row > 0) || (i % side < common && tile.column > 0);
                            float* pixel = window.at(i, to + channel);
                            (value + (shared ? Vector::load_unaligned(pixel) : start)).store_unaligned(pixel);
                        });
                }
            }
        }
}

}  // namespace genotype::inline v0_1::kernels::detail
