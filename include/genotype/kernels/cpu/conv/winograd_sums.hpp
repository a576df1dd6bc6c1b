// The sums of Winograd's weight gradient: for every point, transformed tiles of one side times those of the other.
#pragma once

#include <algorithm>

#include "genotype/kernels/cpu/conv/pixels_ahead.hpp"
#include "genotype/kernels/cpu/conv/winograd_tiles.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// The register tile: rows of large channels, all within one vector, times up to three vectors of small channels.
inline constexpr int winograd_outer_rows = vector_registers == 32 ? std::min(8, lanes) : 4;
inline constexpr int winograd_outer_vectors = 3;

/// The floats of one point of a panel's sums; an odd number of lines.
template <int vectors>
inline constexpr long winograd_sums_pitch = winograd_task_rows* vectors* lanes + 16;

/// One point of some tiles, from one vector of large channels and `vectors` of small ones. The next point's lie a
/// pitch further on; those of the large channels are fetched on the way, and with `fetch_small` the others too.
struct OuterPoint {
    const float* large;
    const float* small;
    long large_pitch, small_pitch, group_pitch;
    long tiles;
    bool fetch_small;
};

/// result[row][vector] (+)= sum over tiles of large[tile][row] * small[vector][tile]; `first`: written, not added.
template <int vectors>
void outer_point(const OuterPoint& point, float* result, bool first) {
    constexpr int rows = winograd_outer_rows;
    ArrayOf<Vector, rows * vectors> sums;
    unroll<rows * vectors>([&](auto i) {
        constexpr int at = i * lanes;
        sums[i] = Vector::load_unaligned(first ? vector_of_zeros : result + at);
    });
    const float *large = point.large, *small = point.small;
    for (const float* end = small + point.tiles * lanes; small != end; small += lanes, large += lanes) {
        __builtin_prefetch(large + point.large_pitch, 0, 2);
        if (point.fetch_small)
            unroll<vectors>(
                [&](auto v) { __builtin_prefetch(small + point.small_pitch + v * point.group_pitch, 0, 2); });
        ArrayOf<Vector, vectors> value;
        unroll<vectors>([&](auto v) { value[v] = Vector::load_unaligned(small + v * point.group_pitch); });
        unroll<rows>([&](auto row) {
            const Vector factor(large[row]);
            unroll<vectors>(
                [&](auto v) { sums[row * vectors + v] = xsimd::fma(factor, value[v], sums[row * vectors + v]); });
        });
    }
    unroll<rows * vectors>([&](auto i) {
        constexpr int at = i * lanes;
        sums[i].store_unaligned(result + at);
    });
}

/// Tiles that are summed at a time, so that what is read lies in the first-level cache.
inline constexpr long winograd_outer_tiles = 128;

/// What a task transforms next, and how many lines of each are fetched with a register tile.
struct GradientAhead {
    PixelsAhead large, small;
    long large_lines = 0, small_lines = 0;

    GradientAhead() = default;
    GradientAhead(const PixelsAhead& of_large, const PixelsAhead& of_small, long register_tiles)
        : large(of_large),
          small(of_small),
          large_lines(large.lines_of(register_tiles)),
          small_lines(small.lines_of(register_tiles)) {}

    void fetch() {
        large.fetch(large_lines);
        small.fetch(small_lines);
    }
};

/// Adds the tiles' products of `samples` samples to the sums of `winograd_task_rows` large channels and `vectors` of
/// small ones, at all points. `first`: written, not added.
template <class Form, int vectors>
void sum_points(const PointTiles& large, const PointTiles& small, int samples, int first_row, int column, float* sums,
                bool first, GradientAhead& ahead) {
    constexpr int side = Form::LargeToPoints::to, points = side * side;
    constexpr long pitch = winograd_sums_pitch<vectors>;
    for (int point = 0; point < points; ++point) {
        const TileRange range = small.with_products(point, side, samples);
        if (first && range.first == range.end) std::fill_n(sums + point * pitch, pitch, 0.0f);
        for (long tile = range.first; tile < range.end; tile += winograd_outer_tiles)
            for (int row = 0; row < winograd_task_rows; row += winograd_outer_rows) {
                ahead.fetch();
                outer_point<vectors>(
                    {large.values + (first_row + row) / lanes * large.group_pitch + point * large.point_pitch +
                         tile * lanes + (first_row + row) % lanes,
                     small.values + column / lanes * small.group_pitch + point * small.point_pitch + tile * lanes,
                     large.point_pitch, small.point_pitch, small.group_pitch,
                     std::min(winograd_outer_tiles, range.end - tile), row == 0},
                    sums + point * pitch + row * vectors * lanes, first && tile == range.first);
            }
    }
}

}  // namespace genotype::inline v0_1::kernels::detail
