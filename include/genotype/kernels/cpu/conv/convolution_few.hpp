// Convolutions to small images of few channels with a stride of 1, such as the last of a U-Net. To the small image
// a product gives what each large pixel adds to all that it meets, as a row of a matrix, from which the sums are
// gathered: so the vectors' lanes are filled by all taps together. The other way, and the weight gradient, are those of
// the convolution with its sides exchanged, which reads windows where they lie.
#pragma once

#include <omp.h>

#include <algorithm>

#include "genotype/kernels/array_of.hpp"
#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/cpu/conv/convolution_columns.hpp"
#include "genotype/kernels/cpu/conv/convolution_padded.hpp"
#include "genotype/kernels/cpu/matmul/tile.hpp"
#include "genotype/kernels/cpu/simd/quad.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Floats of the matrix that is worked on at a time.
inline constexpr int most_few_floats = 32 * 1024;

/// Columns of the matrix, [tap][small channel], and floats from row to row.
constexpr int few_columns(const ConvGeometry& g) {
    return g.taps() * g.small_channels;
}
constexpr int few_pitch(const ConvGeometry& g) {
    return (few_columns(g) + lanes - 1) / lanes * lanes;
}
/// Lines of the large image that fit.
constexpr int few_lines(const ConvGeometry& g) {
    return most_few_floats / (few_pitch(g) * g.large_width);
}

/// What the type of a layer's geometry may rule out. An even kernel without a border is that of a GAN's layers between
/// an image and one pixel, which meets few windows: those do not compile this form.
constexpr bool steps_by_one(const ConvGeometry& g) {
    return g.stride == 1 && g.kernel > 1 && (g.padding > 0 || g.kernel % 2 == 1);
}
constexpr bool has_few_results(const ConvGeometry& g) {
    return steps_by_one(g) && g.padding < g.kernel && few_columns(g) <= most_columns && g.small_channels < 8 &&
           g.large_channels % lanes == 0 && static_cast<long>(g.large_channels) * few_pitch(g) <= most_few_floats;
}
/// Whether the images allow it, and few of the products are of pixels that do not meet.
constexpr bool gathers_few(const ConvGeometry& g) {
    return has_few_results(g) && g.large_pixels() <= 2 * g.small_pixels() && g.large_pixels() >= tile_rows &&
           few_lines(g) >= 2 * g.kernel;
}

/// The same with its sides exchanged, and its kernel turned by half a turn.
constexpr ConvGeometry turned(const ConvGeometry& g) {
    return {g.small_channels, g.large_channels, g.kernel,     1, g.kernel - 1 - g.padding, g.small_height,
            g.small_width,    g.large_height,   g.large_width};
}
constexpr bool is_padded_turned(const ConvGeometry& g) {
    return has_few_results(g) && is_padded(turned(g));
}

/// The weights as panels, [panel][large channel][panel's columns]: few enough to be copied by each thread in each call.
template <class = void>
inline void pack_few(const ConvGeometry& g, const float* plain, float* packed) {
    const int columns = few_columns(g), pitch = few_pitch(g);
    for (int panel = 0; panel < pitch; panel += tile_columns) {
        const int width = std::min(tile_columns, pitch - panel);
        for (int i = 0; i < g.large_channels; ++i, packed += width)
            for (int column = panel; column < panel + width; ++column) {
                const int tap = column / g.small_channels, channel = column % g.small_channels;
                const long at = (static_cast<long>(tap) * g.large_channels + i) * g.small_channels + channel;
                packed[column - panel] = column < columns ? plain[at] : 0.0f;
            }
    }
}

/// Rows of the matrix for `count` neighbouring pixels, at least a tile's.
template <class = void>
inline void few_products(const ConvGeometry& g, const float* large, int count, const float* packed, float* matrix) {
    const int pitch = few_pitch(g);
    const Piece piece{0, g.large_channels};
    float zeros[tile_columns] = {};
    for (int row = 0; row < count; row += tile_rows) {
        const int first = std::min(row, count - tile_rows);  // the last tile may overlap the one before
        const float* from = large + static_cast<long>(first) * g.large_channels;
        float* results[tile_rows];
        for (int panel = 0; panel < pitch; panel += tile_columns) {
            for (int i = 0; i < tile_rows; ++i) results[i] = matrix + (first + i) * pitch + panel;
            const TileFunction multiply =
                pitch - panel < tile_columns ? multiply_tile<tile_rows, 1> : multiply_tile<tile_rows, 2>;
            multiply(from, g.large_channels, &piece, 1, packed + static_cast<long>(panel) * g.large_channels,
                     {zeros, results});
        }
    }
}

/// The taps of one axis that meet the large image, for a small pixel that begins at `at`.
struct FewTaps {
    int low, end;

    FewTaps(int at, int kernel, int size) : low(std::max(0, -at)), end(std::min(kernel, size - at)) {}
};

/// Adds to a pixel's channels, one or two quads with what lies behind them, what `rows` of taps have for it. `kernel`:
/// where all of a row's taps meet, their number; 0 elsewhere.
template <int quads, int kernel>
[[gnu::always_inline]] inline void add_few(const float* from, int rows, int taps, long row_step, long tap_step,
                                           ArrayOf<Quad, quads>& sums) {
    for (; rows > 0; --rows, from += row_step) {
        if constexpr (kernel > 0)
            unroll<kernel>(
                [&](auto tap) { unroll<quads>([&](auto q) { sums[q] += load_quad(from + tap * tap_step + 4 * q); }); });
        else
            for (int tap = 0; tap < taps; ++tap)
                unroll<quads>([&](auto q) { sums[q] += load_quad(from + tap * tap_step + 4 * q); });
    }
}

/// Adds up one line of the small image. matrix: its first row is that of the large image's pixel `begin`.
template <int quads>
void gather_few(const ConvGeometry& g, const float* matrix, int begin, const float* bias, int line, float* small) {
    const int channels = g.small_channels, top = line - g.padding;
    const long pitch = few_pitch(g), tap_step = pitch + channels,
               row_step = pitch * g.large_width + g.kernel * channels;
    const FewTaps rows(top, g.kernel, g.large_height);
    matrix += ((top + rows.low) * g.large_width - begin) * pitch + rows.low * g.kernel * channels;
    for (int column = 0; column < g.small_width; ++column, small += channels) {
        const int left = column - g.padding;
        const FewTaps taps(left, g.kernel, g.large_width);
        const float* const from = matrix + left * pitch + taps.low * tap_step;
        ArrayOf<Quad, quads> sums;
        unroll<quads>([&](auto q) { sums[q] = load_quad(bias + 4 * q); });
        if (taps.end - taps.low == 3)
            add_few<quads, 3>(from, rows.end - rows.low, 3, row_step, tap_step, sums);
        else
            add_few<quads, 0>(from, rows.end - rows.low, taps.end - taps.low, row_step, tap_step, sums);
        if ((g.small_width - column) * channels >= 4 * quads) {  // what is beyond is of the next pixels
            unroll<quads>([&](auto q) { store_quad(sums[q], small + 4 * q); });
        } else {
            ArrayOf<float, 4 * quads> values;
            unroll<quads>([&](auto q) { store_quad(sums[q], values + 4 * q); });
            std::copy_n(values, channels, small);
        }
    }
}

/// Threads take bands of lines. A row of the matrix does not depend on the band that it is worked out for.
template <class = void>
inline void few_to_small(const ConvGeometry& g, int batch, const float* large, const float* weights, const float* bias,
                         float* small) {
    const double work = static_cast<double>(batch) * g.small_pixels() * static_cast<double>(g.weights());
    const int most = few_lines(g) - g.kernel + 1;
#pragma omp parallel if (work > worth_threads)
    {
        const int wanted = std::max((g.small_height + most - 1) / most, omp_get_num_threads() / batch);
        const int bands = std::min(wanted, g.small_height);
        constexpr int spare = tile_rows * most_columns + 8;
        alignas(64) float matrix[most_few_floats + spare];
        alignas(64) float packed[most_few_floats];
        pack_few(g, weights, packed);
        float start[8] = {};
        for (int c = 0; c < g.small_channels && bias; ++c) start[c] = bias[c];
#pragma omp for schedule(static)
        for (int task = 0; task < batch * bands; ++task) {
            const int sample = task / bands, band = task % bands;
            const int first = g.small_height * band / bands, end = g.small_height * (band + 1) / bands;
            const int from = std::max(0, first - g.padding),
                      to = std::min(g.large_height, end - g.padding + g.kernel - 1);
            const int begin = std::min(from * g.large_width, g.large_pixels() - tile_rows);
            const int count = std::max(tile_rows, to * g.large_width - begin);
            few_products(g, large + sample * g.large_floats() + static_cast<long>(begin) * g.large_channels, count,
                         packed, matrix);
            for (int line = first; line < end; ++line) {
                float* const result = small + sample * g.small_floats() + line * g.small_width * g.small_channels;
                if (g.small_channels <= 4)
                    gather_few<1>(g, matrix, begin, start, line, result);
                else
                    gather_few<2>(g, matrix, begin, start, line, result);
            }
        }
    }
}

/// The gradient of the turned convolution, [tap][small channel][large channel], whose sums are added to what is there.
template <class = void>
inline void few_weight_gradient(const ConvGeometry& g, int batch, const float* large, const float* small,
                                float* gradient, bool accumulate) {
    alignas(64) float sums[most_few_floats];
    auto for_each_value = [&](auto f) {
        for (int tap = 0; tap < g.taps(); ++tap)
            for (int i = 0; i < g.large_channels; ++i)
                for (int c = 0; c < g.small_channels; ++c)
                    f(gradient[(tap * g.large_channels + i) * g.small_channels + c],
                      sums[((g.taps() - 1 - tap) * g.small_channels + c) * g.large_channels + i]);
    };
    if (accumulate) for_each_value([](float value, float& sum) { sum = value; });
    padded_weight_gradient(turned(g), batch, small, large, sums, accumulate);
    for_each_value([](float& value, float sum) { value = sum; });
}

}  // namespace genotype::inline v0_1::kernels::detail
