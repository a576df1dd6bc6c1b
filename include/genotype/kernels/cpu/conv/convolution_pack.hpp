// The packed form of a convolution's weights.
#pragma once

#include <omp.h>

#include <algorithm>

#include "genotype/kernels/cpu/conv/convolution_phase.hpp"
#include "genotype/kernels/cpu/matmul/tile.hpp"
#include "genotype/kernels/cpu/simd/quad.hpp"
#include "genotype/kernels/cpu/simd/transpose.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// to[row][column] = from[row * row_stride + column * column_stride] for column < columns, 0 up to `width`. One of the
/// strides is 1.
template <class = void>
inline void pack_panel(int rows, int columns, int width, const float* from, long row_stride, long column_stride,
                       float* to) {
    if (column_stride == 1) {
        for (int row = 0; row < rows; ++row, from += row_stride, to += width) {
            copy_floats(from, columns, to);
            std::fill(to + columns, to + width, 0.0f);
        }
        return;
    }
    const int square_rows = rows / square_side * square_side, square_columns = columns / square_side * square_side;
    for (int column = 0; column < square_columns; column += square_side)
        for (int row = 0; row < square_rows; row += square_side)
            transpose_square_of_lanes(from + row * row_stride + column * column_stride, column_stride,
                                      to + row * width + column, width);
    const int whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
    for (int row = 0; row < whole_rows; row += 4)
        for (int column = row < square_rows ? square_columns : 0; column < whole_columns; column += 4)
            transpose_square(from + row * row_stride + column * column_stride, column_stride, to + row * width + column,
                             width);
    for (int row = 0; row < rows; ++row)
        for (int column = row < whole_rows ? whole_columns : 0; column < width; ++column)
            to[row * width + column] = column < columns ? from[row * row_stride + column * column_stride] : 0.0f;
}

/// Packs one panel of one tap: [panel][contraction][panel's columns]. A panel is two vectors wide, the last one as wide
/// as it has to be. With lanes along the source there is one panel, [channel][contraction]. `tap` is read through two
/// strides, so that the same code packs both directions.
template <class = void>
inline void pack_tap(const Phase& phase, const float* tap, long source_stride, long channel_stride, long at, int panel,
                     float* packed) {
    const long contraction = phase.contraction();
    if (lanes_along_source(phase.source_channels, phase.channels)) {
        for (int channel = 0; channel < phase.channels; ++channel)
            for (int source = 0; source < phase.source_channels; ++source)
                packed[channel * contraction + at + source] = tap[source * source_stride + channel * channel_stride];
        return;
    }
    const int first = panel * tile_columns, columns = std::min(tile_columns, phase.channels - first);
    const int width = columns > lanes ? tile_columns : lanes;
    pack_panel(phase.source_channels, columns, width, tap + first * channel_stride, source_stride, channel_stride,
               packed + first * contraction + at * width);
}

/// Packs the weights of one direction, phase by phase; threads take turns at panels of taps.
template <class = void>
inline void pack(const ConvDirection& direction, const float* plain, float* packed) {
    const ConvGeometry& g = direction.geometry;
    const long source_stride = direction.to_large ? 1 : g.small_channels;
    const long channel_stride = direction.to_large ? g.small_channels : 1;
    const int panels = lanes_along_source(direction.source_channels(), direction.channels())
                           ? 1
                           : (direction.channels() + tile_columns - 1) / tile_columns;
#pragma omp parallel if (static_cast <double>(g.weights()) > worth_threads / 32)
    {
        const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
        float* to = packed;
        int turn = 0;
        for (int i = 0; i < direction.phases(); ++i) {
            const Phase phase = direction.phase(i);
            for (int tap = 0; tap < phase.rows.taps * phase.columns.taps; ++tap)
                for (int panel = 0; panel < panels; ++panel, ++turn) {
                    if (turn % threads != thread) continue;
                    const int row = phase.rows.kernel_first + tap / phase.columns.taps * phase.rows.kernel_step;
                    const int column =
                        phase.columns.kernel_first + tap % phase.columns.taps * phase.columns.kernel_step;
                    const long from =
                        (static_cast<long>(row) * g.kernel + column) * g.large_channels * g.small_channels;
                    pack_tap(phase, plain + from, source_stride, channel_stride,
                             static_cast<long>(tap) * phase.source_channels, panel, to);
                }
            to += phase.contraction() * packed_width(phase.source_channels, phase.channels);
        }
    }
}

}  // namespace genotype::inline v0_1::kernels::detail
