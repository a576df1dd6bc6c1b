// The products of Winograd's form: for every point, tiles times transformed weights.
#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include "genotype/kernels/cpu/conv/pixels_ahead.hpp"
#include "genotype/kernels/cpu/conv/winograd_tiles.hpp"
#include "genotype/kernels/cpu/conv/winograd_weights.hpp"
#include "genotype/kernels/cpu/matmul/tile.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Heights of the register tiles, ascending. Few, because each costs compile time: the last tile may overlap the one
/// before.
inline constexpr auto winograd_heights = [] {
    if constexpr (vector_registers == 32)
        return std::array{4, 8, 11, 13};
    else
        return std::array{4, 6};
}();

/// One register tile's operands. Rows are tiles of the images, a vector apart; groups of channels are a pitch apart.
struct PointProduct {
    const float* x;
    long x_pitch;
    int groups;
    const float* panel;
    float* result;
    long result_pitch;
    bool first;  // the result is written, not added to
    int skip;    // rows that the tile before has computed
    // What the next register tile reads, fetched on the way; null is nothing. Addresses out of bounds do no harm.
    const float* next_x;
    const float* next_panel;
};

/// rows x 2 vectors: result[row] (+)= sum over channels of x[row][channel] * panel[channel].
template <int rows>
void multiply_point(const PointProduct& p) {
    // By the choice of addresses: with branches GCC would keep the sums in memory before and after the loop.
    const long step = p.first ? 0 : lanes, pitch = p.first ? 0 : p.result_pitch;
    const float* const start = p.first ? vector_of_zeros : p.result;
    ArrayOf<Vector, rows * 2> sums;
    unroll<rows>([&](auto row) {
        sums[2 * row] = Vector::load_unaligned(start + row * step);
        sums[2 * row + 1] = Vector::load_unaligned(start + pitch + row * step);
    });
    const float *x = p.x, *panel = p.panel, *next_x = p.next_x;
    const long ahead = p.next_panel ? p.next_panel - panel : 0;
    for (int group = 0; group < p.groups; ++group, x += p.x_pitch, next_x += p.x_pitch)
        for (int channel = 0; channel < lanes; ++channel, panel += tile_columns) {
            __builtin_prefetch(next_x + channel * lanes);
            if (ahead) {
                __builtin_prefetch(panel + ahead);
                if constexpr (tile_columns > 16) __builtin_prefetch(panel + ahead + 16);
            }
            const Vector left = Vector::load_unaligned(panel), right = Vector::load_unaligned(panel + lanes);
            unroll<rows>([&](auto row) {
                const Vector factor(x[row * lanes + channel]);
                sums[2 * row] = xsimd::fma(factor, left, sums[2 * row]);
                sums[2 * row + 1] = xsimd::fma(factor, right, sums[2 * row + 1]);
            });
        }
    alignas(64) float skipped[lanes];
    unroll<rows>([&](auto row) {
        sums[2 * row].store_unaligned(row < p.skip ? skipped : p.result + row * lanes);
        sums[2 * row + 1].store_unaligned(row < p.skip ? skipped : p.result + p.result_pitch + row * lanes);
    });
}

using PointFunction = void (*)(const PointProduct&);

template <class Form>
inline constexpr auto winograd_multiply = []<std::size_t... i>(std::index_sequence<i...>) {
    return std::array<PointFunction, sizeof...(i)>{multiply_point<winograd_heights[i]>...};
}
(std::make_index_sequence<winograd_heights.size()>{});

/// How a number of tiles, at least the lowest height, is cut into register tiles: as many as fit of one height, and a
/// last one of the lowest height that holds the rest.
struct HeightCut {
    std::size_t height = 0, last = 0;
    int count = 0, rest = 0;

    explicit HeightCut(int tiles) {
        constexpr int overhead = 3;  // of a register tile, in half rows
        long best = -1;
        for (std::size_t i = 0; i < winograd_heights.size(); ++i) {
            const int rows = winograd_heights[i], over = tiles % rows;
            if (rows > tiles) break;
            std::size_t low = 0;
            while (winograd_heights[low] < over) ++low;
            const long cost = static_cast<long>(tiles / rows) * (2 * rows + overhead) +
                              (over > 0 ? 2 * winograd_heights[low] + overhead : 0);
            if (best >= 0 && cost > best) continue;
            best = cost;
            height = i;
            last = low;
            count = tiles / rows;
            rest = over;
        }
    }
};

/// out = in . weights at all points, for the tiles of `samples` samples and the panels of channels from `first_panel`
/// on that `out` has. Where a tile has no product of a point, the result is zero. Meanwhile memory is fetched, by cache
/// lines: `source`, what is transformed next, of which the panels behind these fetch the rest, and `to`, where the
/// result of these products will be written.
template <class Form>
void multiply_points(const PointTiles& in, const WinogradWeights& weights, int samples, int first_panel, int panels,
                     const PointTiles& out, PixelsAhead& source, PixelsAhead to) {
    constexpr int side = Form::LargeToPoints::to, points = side * side;
    alignas(64) ArrayOf<float, points * winograd_panel_pitch> panel_points;
    const int tiles = in.tiles * samples;
    const long chunks = (weights.contraction() + winograd_chunk - 1) / winograd_chunk;
    const long register_tiles = points * chunks * ((tiles + winograd_heights.back() - 1) / winograd_heights.back());
    const long source_lines = source.lines_of(register_tiles * (weights.channels() / tile_columns - first_panel));
    const long lines_to_write = to.lines_of(register_tiles * panels);
    for (int from = 0, values; from < weights.contraction(); from += values) {
        values = weights.values_from(from);
        for (int panel = 0; panel < panels; ++panel) {
            weights_to_points<Form>(weights, first_panel + panel, from, values, panel_points);
            for (int point = 0; point < points; ++point) {
                const float* x = in.values + point * in.point_pitch + from / lanes * in.group_pitch;
                const float* at = panel_points + point * winograd_panel_pitch;
                float* result = out.values + point * out.point_pitch + 2 * panel * out.group_pitch;
                TileRange range = in.with_products(point, side, samples);
                if (range.end - range.first < winograd_heights[0] && range.end > range.first) range = {0, tiles};
                auto clear = [&](int first, int end) {
                    for (float* zero = result + first * lanes; zero < result + end * lanes; zero += lanes) {
                        Vector(0.0f).store_unaligned(zero);
                        Vector(0.0f).store_unaligned(zero + out.group_pitch);
                    }
                };
                if (from == 0) clear(0, range.first), clear(range.end, tiles);
                if (range.first == range.end) continue;
                auto multiply = [&](std::size_t height, int tile, int skip) {
                    const int next = tile + winograd_heights[height];
                    source.fetch(source_lines);
                    to.fetch<true>(lines_to_write);
                    winograd_multiply<Form>[height]({x + tile * lanes, in.group_pitch, values / lanes, at,
                                                     result + tile * lanes, out.group_pitch, from == 0, skip,
                                                     next < range.end ? x + next * lanes : x + in.point_pitch,
                                                     tile == range.first ? at + winograd_panel_pitch : nullptr});
                };
                const HeightCut cut(range.end - range.first);
                const int rows = winograd_heights[cut.height], last_rows = winograd_heights[cut.last];
                for (int tile = 0; tile < cut.count; ++tile) multiply(cut.height, range.first + tile * rows, 0);
                if (cut.rest > 0) multiply(cut.last, range.end - last_rows, last_rows - cut.rest);
            }
        }
    }
}

}  // namespace genotype::inline v0_1::kernels::detail
