// The products of Winograd's form: for every point, tiles times transformed weights.
#pragma once

#include <array>
#include <utility>

#include "genotype/kernels/cpu/tile.hpp"
#include "genotype/kernels/cpu/winograd_tiles.hpp"

namespace genotype::detail {

/// Heights of the register tiles, ascending. Few, because each costs compile time; neighbouring tiles may overlap, since
/// both then write the same values.
inline constexpr auto winograd_heights = [] {
    if constexpr (vector_registers == 32)
        return std::array{4, 8, 11, 13};
    else
        return std::array{4, 6};
}();

/// rows x 2 vectors: result[row] = sum over the channels of x[row][channel] * panel[channel]. Rows are tiles, a vector
/// apart. `ahead`: where the next panel begins, fetched on the way, or null.
template <int rows>
void multiply_point(const float* x, long group_pitch, int groups, const float* panel, const float* ahead, float* result,
                    long result_pitch) {
    Vector sums[rows * 2];
    unroll<rows * 2>([&](auto i) { sums[i] = Vector(0.0f); });
    for (int group = 0; group < groups; ++group, x += group_pitch)
        for (const float *value = x, *end = x + lanes; value != end; ++value, panel += tile_columns) {
            if (ahead) {
                __builtin_prefetch(ahead);
                if constexpr (tile_columns > 16) __builtin_prefetch(ahead + 16);
                ahead += tile_columns;
            }
            const Vector left = Vector::load_unaligned(panel), right = Vector::load_unaligned(panel + lanes);
            unroll<rows>([&](auto row) {
                const Vector factor(value[row * lanes]);
                sums[2 * row] = xsimd::fma(factor, left, sums[2 * row]);
                sums[2 * row + 1] = xsimd::fma(factor, right, sums[2 * row + 1]);
            });
        }
    unroll<rows>([&](auto row) {
        sums[2 * row].store_unaligned(result + row * lanes);
        sums[2 * row + 1].store_unaligned(result + result_pitch + row * lanes);
    });
}

using PointFunction = void (*)(const float*, long, int, const float*, const float*, float*, long);

inline constexpr auto winograd_multiply = []<std::size_t... i>(std::index_sequence<i...>) {
    return std::array<PointFunction, sizeof...(i)>{multiply_point<winograd_heights[i]>...};
}(std::make_index_sequence<winograd_heights.size()>{});

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

/// out = in . weights for all points. Weights: [point][panel of out channels][in channel][panel's channels].
inline void multiply_points(const PointTiles& in, int in_channels, const float* weights, int tiles,
                            const PointTiles& out, int out_channels) {
    const HeightCut cut(tiles);
    const long panel_floats = static_cast<long>(in_channels) * tile_columns;
    const int rows = winograd_heights[cut.height], last_rows = winograd_heights[cut.last];
    for (int point = 0; point < winograd_points; ++point) {
        const float* x = in.values + point * in.point_pitch;
        float* result = out.values + point * out.point_pitch;
        for (int channel = 0; channel < out_channels; channel += tile_columns) {
            const float* ahead = weights + panel_floats;
            if (channel + tile_columns >= out_channels)
                ahead = point + 1 < winograd_points ? ahead + winograd_point_gap : nullptr;
            for (int tile = 0; tile < cut.count; ++tile, ahead = nullptr)
                winograd_multiply[cut.height](x + tile * rows * lanes, in.group_pitch, in_channels / lanes, weights,
                                              ahead, result + tile * rows * lanes, out.group_pitch);
            if (cut.rest > 0)
                winograd_multiply[cut.last](x + (tiles - last_rows) * lanes, in.group_pitch, in_channels / lanes,
                                            weights, nullptr, result + (tiles - last_rows) * lanes, out.group_pitch);
            weights += panel_floats;
            result += 2 * out.group_pitch;
        }
        weights += winograd_point_gap;
    }
}

}  // namespace genotype::detail
