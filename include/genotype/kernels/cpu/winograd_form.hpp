// Which convolutions take Winograd's form on the processor, and what memory that form needs.
#pragma once

#include <algorithm>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/cpu/tile.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/tensor/region.hpp"

namespace genotype {

/// Direct: every product of the definition. Winograd: a sum of products of transformed tiles, with 2.5 times fewer
/// multiplications and an error two to four times as large.
enum class ConvForm { direct, winograd };

namespace detail {

/// A tile of the small picture is 4 x 4 pixels. It meets 5 x 5 pixels of each of the four phases of the large picture
/// (even and odd rows and columns), and is 5 x 5 = 25 points in the transformed domain.
inline constexpr int winograd_tile = 4, winograd_side = 5, winograd_points = winograd_side * winograd_side;
inline constexpr int winograd_phases = 4;

/// Whether channels and kernel allow it; pictures are not known yet then. Panels of weights are two vectors wide on
/// both sides.
constexpr bool winograd_channels(const ConvGeometry& g) {
    return !g.exact && g.kernel == 4 && g.stride == 2 && g.padding == 1 && g.large_channels % tile_columns == 0 &&
           g.small_channels % tile_columns == 0 && g.large_channels >= 32 && g.small_channels >= 32;
}

constexpr int winograd_tile_columns(const ConvGeometry& g) {
    return (g.small_width + winograd_tile - 1) / winograd_tile;
}
/// Tiles of one sample.
constexpr int winograd_tiles(const ConvGeometry& g) {
    return (g.small_height + winograd_tile - 1) / winograd_tile * winograd_tile_columns(g);
}

/// Whether the pictures allow it and are worth it. A tile costs 100 multiplications for each pair of channels, a pixel
/// of the direct form 16; a sample's tiles must fit into a block.
constexpr bool winograd_pictures(const ConvGeometry& g) {
    return g.large_height / 2 == g.small_height && g.large_width / 2 == g.small_width &&
           100 * winograd_tiles(g) <= 10 * g.small_pixels() && winograd_tiles(g) <= 64;
}

/// Fewer tiles than this in the whole batch do not pay for transforming the weights.
inline constexpr int winograd_least_tiles = 16;

/// Floats between neighbouring points are no power of two: 25 streams at such a distance would meet in one set of the
/// first-level cache. For the same reason the number of tiles is made odd, where that costs little.
inline constexpr long winograd_point_gap = 80;
constexpr long winograd_tile_pitch(long tiles) {
    return tiles >= 16 ? tiles | 1 : tiles;
}

}  // namespace detail

/// The form that a convolution takes in all its directions.
constexpr ConvForm convolution_form(Cpu, const ConvGeometry& g, int batch) {
    return detail::winograd_channels(g) && detail::winograd_pictures(g) &&
                   long{batch} * detail::winograd_tiles(g) >= detail::winograd_least_tiles
               ? ConvForm::winograd
               : ConvForm::direct;
}

/// Scratch of each direction. Both sides' transformed tiles, with room for what `winograd_tile_pitch` adds.
constexpr Extent convolution_scratch(Cpu, const ConvGeometry& g) {
    if (!detail::winograd_channels(g) || !detail::winograd_pictures(g)) return {};
    const long tiles = detail::winograd_tiles(g),
               channels = long{detail::winograd_phases} * g.large_channels + g.small_channels;
    const long odd = (channels * tiles + 15) / 16;
    return aligned(Extent{detail::winograd_points * (channels * tiles + odd + 2 * detail::winograd_point_gap), 0});
}

}  // namespace genotype
