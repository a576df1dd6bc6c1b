// Which convolutions take Winograd's form on the processor, and what memory that form needs.
#pragma once

#include <algorithm>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/cpu/matmul/tile.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/memory/region.hpp"

namespace genotype::inline v0_1::kernels {

/// Direct: every product of the definition. Winograd: a sum of products of transformed tiles, with 2.5 to 4.6 times
/// fewer multiplications and an error two to six times as large.
enum class ConvForm { direct, winograd };

namespace detail {

/// Two kinds of convolutions have the form: kernel 4 with stride 2, which over the phases of the large image (even
/// and odd rows and columns) is one of 2 x 2 taps, and kernel 3 with stride 1, which has one phase and 3 x 3 taps.
constexpr int winograd_taps(const ConvGeometry& g) {
    return g.kernel / g.stride;
}
constexpr int winograd_phases(const ConvGeometry& g) {
    return g.stride * g.stride;
}
/// Tiles with so many pixels a side that cover the small image.
constexpr int winograd_tiles_of(const ConvGeometry& g, int tile) {
    return (g.small_height + tile - 1) / tile * ((g.small_width + tile - 1) / tile);
}
/// Pixels a side of a tile of the small image. With 3 x 3 taps it has five where that saves 15 % of the products,
/// such as for 14 x 14 pixels, which four divide badly; four otherwise, for their smaller error. Like what is made of
/// it, it is not inlined: its divisions would be compiled in dozens of places of each kernel.
[[gnu::noinline]] constexpr int winograd_tile(const ConvGeometry& g) {
    const bool takes_five =
        winograd_taps(g) == 3 && 20 * 49L * winograd_tiles_of(g, 5) <= 17 * 36L * winograd_tiles_of(g, 4);
    return takes_five ? 5 : 4;
}
/// A tile meets side x side pixels of each phase, and is as many points in the transformed domain.
constexpr int winograd_side(const ConvGeometry& g) {
    return winograd_tile(g) + winograd_taps(g) - 1;
}
constexpr int winograd_points(const ConvGeometry& g) {
    return winograd_side(g) * winograd_side(g);
}

/// Large channels (of a phase) that one task of the weight gradient sums.
inline constexpr int winograd_task_rows = 32;

constexpr bool has_two_taps(const ConvGeometry& g) {
    return g.kernel == 4 && g.stride == 2 && g.padding == 1;
}
constexpr bool has_three_taps(const ConvGeometry& g) {
    return g.kernel == 3 && g.stride == 1 && g.padding == 1;
}

/// Whether channels and kernel allow it; images are not known yet then. Panels of weights are two vectors wide on
/// both sides.
constexpr bool winograd_channels(const ConvGeometry& g) {
    return !g.exact && (has_two_taps(g) || has_three_taps(g)) && g.large_channels % tile_columns == 0 &&
           g.small_channels % tile_columns == 0 && g.large_channels >= 32 && g.small_channels >= 32 &&
           winograd_phases(g) * g.large_channels % winograd_task_rows == 0;
}

[[gnu::noinline]] constexpr int winograd_tile_columns(const ConvGeometry& g) {
    const int tile = winograd_tile(g);
    return (g.small_width + tile - 1) / tile;
}
/// Tiles of one sample.
[[gnu::noinline]] constexpr int winograd_tiles(const ConvGeometry& g) {
    return winograd_tiles_of(g, winograd_tile(g));
}
/// Whether tiles at the end of rows or columns reach over the small image's edge.
[[gnu::noinline]] constexpr bool winograd_reaches_over(const ConvGeometry& g) {
    return g.small_height % winograd_tile(g) != 0 || g.small_width % winograd_tile(g) != 0;
}

/// Tiles that are worked on at a time, so that their points stay in the second-level cache; a sample's must fit.
inline constexpr int winograd_block_tiles = 64;
/// Where a thread has blocks of its own they are of fewer: what it reads and writes next is in that cache, too.
inline constexpr int winograd_near_tiles = 36;

/// Samples that are worked on at a time.
constexpr int winograd_block_samples(const ConvGeometry& g) {
    return std::max(1, winograd_block_tiles / winograd_tiles(g));
}

/// Whether the images allow it and are worth it: at most 5/8 of the direct form's multiplications, not counting
/// those of the transforms.
[[gnu::noinline]] constexpr bool winograd_images(const ConvGeometry& g) {
    const int tiles = winograd_tiles(g);
    return g.large_height / g.stride == g.small_height && g.large_width / g.stride == g.small_width &&
           8L * winograd_points(g) * winograd_phases(g) * tiles <= 5L * g.taps() * g.small_pixels() &&
           tiles <= winograd_block_tiles;
}

/// Whether samples are transformed some at a time, so that their points stay in the second-level cache, and in each
/// direction anew. Otherwise the whole batch is transformed first, and a weight gradient finds one side's points in the
/// scratch: better with four phases, where a task of the gradient would transform too much that others do too.
[[gnu::noinline]] constexpr bool winograd_within_cache(const ConvGeometry& g) {
    return has_three_taps(g) || winograd_reaches_over(g);
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
    return detail::winograd_channels(g) && detail::winograd_images(g) &&
                   long{batch} * detail::winograd_tiles(g) >= detail::winograd_least_tiles
               ? ConvForm::winograd
               : ConvForm::direct;
}

/// Whether a weight gradient finds one side's points in the scratch.
constexpr bool keeps_transformed(Cpu, const ConvGeometry& g) {
    return detail::winograd_channels(g) && detail::winograd_images(g) && !detail::winograd_within_cache(g);
}

/// Scratch of each direction. Both sides' transformed tiles, with room for what `winograd_tile_pitch` adds.
[[gnu::noinline]] constexpr MemoryExtent convolution_scratch(Cpu, const ConvGeometry& g) {
    if (!detail::winograd_channels(g) || !detail::winograd_images(g)) return {};
    const long tiles = detail::winograd_tiles(g),
               channels = long{detail::winograd_phases(g)} * g.large_channels + g.small_channels;
    const long odd = (channels * tiles + 15) / 16;
    return aligned(
        MemoryExtent{detail::winograd_points(g) * (channels * tiles + odd + 2 * detail::winograd_point_gap), 0});
}

}  // namespace genotype::inline v0_1::kernels
