// Convolutions of any geometry on the processor: windows are gathered into rows that the register tile multiplies with
// packed weights, a group at a time.
#pragma once

#include <omp.h>

#include <algorithm>
#include <iterator>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/cpu/conv/convolution_gather.hpp"
#include "genotype/kernels/cpu/conv/convolution_pack.hpp"
#include "genotype/kernels/cpu/conv/general_depthwise.hpp"
#include "genotype/kernels/cpu/conv/general_gradient.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/general_conv_geometry.hpp"
#include "genotype/memory/region.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// Packed weights of one direction: [group][panel][tap][source channel][the panel's columns].
constexpr long packed_group_floats(const GeneralConvDirection& direction) {
    return direction.contraction() * ((direction.group_result() + lanes - 1) / lanes * lanes);
}

template <class = void>
inline void pack(const GeneralConvDirection& direction, const float* plain, float* packed) {
    const int taps = direction.geometry.taps(), channels = direction.group_result();
    const int panels = (channels + tile_columns - 1) / tile_columns;
    const int all = direction.geometry.groups * panels;
#pragma omp parallel for schedule(static) if (static_cast <double>(direction.geometry.weights()) > worth_threads / 16)
    for (int i = 0; i < all; ++i) {
        const int group = i / panels, first = i % panels * tile_columns,
                  count = std::min(tile_columns, channels - first);
        const int width = vector_width(count);
        const float* from = plain + direction.weight(group) + first * direction.result_stride();
        float* to = packed + group * packed_group_floats(direction) + first * direction.contraction();
        for (int tap = 0; tap < taps; ++tap, from += direction.tap_stride(), to += direction.group_source() * width)
            pack_panel(direction.group_source(), count, width, from, direction.source_stride(),
                       direction.result_stride(), to);
    }
}

/// The pixels of one phase of the result as rows of a product: [sample][row][column].
struct GeneralRows {
    GeneralConvDirection direction;
    TapAxis rows, columns;
    int group;
    Gather images;

    long count() const { return static_cast<long>(images.batch) * rows.pixels * columns.pixels; }
};

template <class = void>
inline void place_tile(const GeneralRows& all, long first, GatheredTile& tile) {
    tile.rows = static_cast<int>(std::min<long>(tile_rows, all.count() - first));
    const GeneralConvDirection& direction = all.direction;
    for (int i = 0; i < tile.rows; ++i) {
        const long line = (first + i) / all.columns.pixels, sample = line / all.rows.pixels;
        const int r = static_cast<int>(line % all.rows.pixels);
        const int c = static_cast<int>((first + i) % all.columns.pixels);
        tile.row_position[i] = r;
        tile.column_position[i] = c;
        tile.sources[i] = all.images.source + sample * all.images.source_size.floats() +
                          static_cast<long>(all.group) * direction.group_source();
        const long row = all.rows.first + r * all.rows.pitch, column = all.columns.first + c * all.columns.pitch;
        tile.results[i] = all.images.result + sample * all.images.result_size.floats() +
                          (row * all.images.result_size.width + column) * all.images.result_size.channels +
                          static_cast<long>(all.group) * direction.group_result();
    }
}

/// Where the contraction of a phase stands: in which tap, at which channel of it.
struct GeneralPlace {
    int tap = 0, channel = 0;
};

/// Copies what fits a chunk of the contraction from `from` on, and lists its pieces. Returns where the next begins.
template <class = void>
inline GeneralPlace gather_tile(const GeneralRows& all, GeneralPlace from, GatheredTile& tile, float* buffer) {
    const int channels = all.direction.group_source(), taps = all.rows.taps * all.columns.taps;
    const ConvImageSize& size = all.images.source_size;
    tile.piece_count = 0;
    for (int filled = 0, count; from.tap < taps && filled < chunk_values && tile.piece_count < most_pieces;
         filled += count) {
        const int tap_row = from.tap / all.columns.taps, tap_column = from.tap % all.columns.taps;
        count = std::min(channels - from.channel, chunk_values - filled);
        for (int i = 0; i < tile.rows; ++i) {
            const int row = all.rows.source(tile.row_position[i], tap_row);
            const int column = all.columns.source(tile.column_position[i], tap_column);
            float* const to = buffer + i * row_pitch + filled;
            if (row < 0 || row >= size.height || column < 0 || column >= size.width)
                std::fill_n(to, count, 0.0f);
            else
                copy_floats(
                    tile.sources[i] + (static_cast<long>(row) * size.width + column) * size.channels + from.channel,
                    count, to);
        }
        const long kernel_tap = static_cast<long>(all.rows.kernel_first + tap_row * all.rows.kernel_step) *
                                    all.direction.geometry.kernel.width +
                                all.columns.kernel_first + tap_column * all.columns.kernel_step;
        const Piece piece{kernel_tap * channels + from.channel, count};
        Piece* const last = tile.piece_count > 0 ? tile.pieces + tile.piece_count - 1 : nullptr;
        if (last && last->from + last->length == piece.from)
            last->length += count;
        else
            tile.pieces[tile.piece_count++] = piece;
        from.channel += count;
        if (from.channel == channels) from = {from.tap + 1, 0};
    }
    return from;
}

/// Some tiles of rows with all panels of their group.
template <class = void>
inline void multiply_tiles(const GeneralRows& all, long first, const float* packed, float* buffer) {
    const GeneralConvDirection& direction = all.direction;
    const Size2 kernel = direction.geometry.kernel;
    // What `multiply_panel` asks: the whole contraction, and the channels.
    const Phase phase{{1, kernel.height, 1, 0, 0, 1, 0, 1},
                      {1, kernel.width, 1, 0, 0, 1, 0, 1},
                      direction.group_source(),
                      direction.group_result()};
    GatheredTile tiles[tiles_at_a_time];
    int count = 0;
    for (; count < tiles_at_a_time && first + count * tile_rows < all.count(); ++count)
        place_tile(all, first + count * tile_rows, tiles[count]);
    const int taps = all.rows.taps * all.columns.taps;
    GeneralPlace place, next;
    do {
        for (int t = 0; t < count; ++t) next = gather_tile(all, place, tiles[t], buffer + t * tile_rows * row_pitch);
        const bool first_chunk = place.tap == 0 && place.channel == 0;
        for (int column = 0; column < phase.channels; column += tile_columns)
            for (int t = 0; t < count; ++t)
                multiply_panel(phase, all.images, packed, column, first_chunk, tiles[t],
                               buffer + t * tile_rows * row_pitch);
        place = next;
    } while (place.tap < taps);
}

/// One direction, by all threads: they share out the rows.
template <class = void>
inline void gather_general(const GeneralConvDirection& direction, int batch, const float* source, const float* packed,
                           const float* bias, float* result) {
    const Size2 from = direction.source(), to = direction.result();
    const double work = static_cast<double>(batch) * direction.geometry.small_pixels() *
                        static_cast<double>(direction.geometry.weights());
#pragma omp parallel if (work > worth_threads)
    {
        alignas(64) float buffer[tiles_at_a_time * tile_rows * row_pitch];
        std::fill_n(buffer, std::size(buffer), 0.0f);
        for (int group = 0; group < direction.geometry.groups; ++group)
            for (int phase = 0; phase < direction.phases(); ++phase) {
                const GeneralRows all{direction,
                                      direction.rows(phase),
                                      direction.columns(phase),
                                      group,
                                      {batch,
                                       {from.height, from.width, direction.source_channels()},
                                       {to.height, to.width, direction.result_channels()},
                                       source,
                                       bias ? bias + static_cast<long>(group) * direction.group_result() : nullptr,
                                       result}};
                const long rows = all.count();
#pragma omp for schedule(static) nowait
                for (long first = 0; first < rows; first += tiles_at_a_time * tile_rows)
                    multiply_tiles(all, first, packed + group * packed_group_floats(direction), buffer);
            }
    }
}

}  // namespace detail

constexpr GeneralConvForm convolution_form(Cpu, const GeneralConvGeometry& g, int) {
    return g.is_depthwise() ? GeneralConvForm::channels : GeneralConvForm::rows;
}

/// Packed weights: to the small image, then to the large one. Depthwise they are read as they lie.
constexpr PackedForm<float> packed_form(Cpu, const GeneralConvGeometry& g) {
    if (g.is_depthwise()) return {};
    return {g.groups * (detail::packed_group_floats({g, false}) + detail::packed_group_floats({g, true}))};
}
template <class = void>
inline void pack(Cpu, const GeneralConvGeometry& g, const float* plain, float* packed) {
    if (g.is_depthwise()) return;
    const GeneralConvDirection to_small{g, false};
    detail::pack(to_small, plain, packed);
    detail::pack({g, true}, plain, packed + g.groups * detail::packed_group_floats(to_small));
}

/// Blocks lie on the threads' stacks.
constexpr MemoryExtent convolution_scratch(Cpu, const GeneralConvGeometry&) {
    return {};
}

/// See the reference's.
template <class = void>
inline void convolve(Cpu, const GeneralConvGeometry& g, int batch, const float* large, ConvWeights weights,
                     const float* bias, float* small, MemoryRegion) {
    const GeneralConvDirection direction{g, false};
    if (g.is_depthwise()) return detail::gather_depthwise(direction, batch, large, weights.plain, bias, small);
    detail::gather_general(direction, batch, large, weights.packed, bias, small);
}
template <class = void>
inline void convolve_transposed(Cpu, const GeneralConvGeometry& g, int batch, const float* small, ConvWeights weights,
                                const float* bias, float* large, MemoryRegion) {
    const GeneralConvDirection direction{g, true};
    if (g.is_depthwise()) return detail::gather_depthwise(direction, batch, small, weights.plain, bias, large);
    detail::gather_general(direction, batch, small, weights.packed + g.groups * detail::packed_group_floats({g, false}),
                           bias, large);
}
template <class = void>
inline void convolve_weight_gradient(Cpu, const GeneralConvGeometry& g, int batch, const float* large,
                                     const float* small, float* gradient, bool accumulate, MemoryRegion,
                                     Transformed = Transformed::none) {
    if (g.is_depthwise()) return detail::depthwise_weight_gradient(g, batch, large, small, gradient, accumulate);
    detail::general_weight_gradient(g, batch, large, small, gradient, accumulate);
}

}  // namespace genotype::inline v0_1::kernels
