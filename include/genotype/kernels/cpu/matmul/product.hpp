// Matrix products that take their operands as they lie, without packed weights: what a `Linear` and a convolution of
// kernel 1 are.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cmath>

#include "genotype/kernels/cpu/conv/convolution_pack.hpp"
#include "genotype/kernels/cpu/matmul/tile.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// result = left . right + bias. `left` is [rows][contraction], rows a pitch apart; the value (i, column) of `right`
/// lies at i * right_row + column * right_column, that of the result likewise; one of each pair is 1.
struct Product {
    int rows, contraction, columns;
    const float* left;
    long left_pitch;
    const float* right;
    long right_row, right_column;
    const float* bias;  // of the columns, or null
    float* result;
    long result_row, result_column;
};

/// Values of the contraction for which a panel of `right` is copied, by the thread that multiplies with it.
inline constexpr int product_chunk = 512;
/// Rows that are worked on at a time: some tiles, and a multiple of four, so that a result can be transposed.
inline constexpr int product_rows = 4 * tile_rows;

/// Columns [first, first + count) of the result, `width` floats apart in a copy of some rows.
struct ProductPanel {
    int first, count, width;
    const float* values;  // [contraction of the chunk][width]
};

/// Copies some rows of a panel of the result to `copy`, or back.
template <class = void>
inline void copy_result(const Product& p, const ProductPanel& panel, int row, int rows, float* copy, bool back) {
    float* const at = p.result + row * p.result_row + panel.first * p.result_column;
    if (p.result_column == 1) {
        for (int i = 0; i < rows; ++i)
            back ? copy_floats(copy + i * panel.width, panel.count, at + i * p.result_row)
                 : copy_floats(at + i * p.result_row, panel.count, copy + i * panel.width);
        return;
    }
    const int whole_rows = rows / 4 * 4, whole_columns = panel.count / 4 * 4;
    for (int i = 0; i < whole_rows; i += 4)
        for (int column = 0; column < whole_columns; column += 4) {
            float *in_copy = copy + i * panel.width + column, *in_result = at + i + column * p.result_column;
            back ? transpose_square(in_copy, panel.width, in_result, p.result_column)
                 : transpose_square(in_result, p.result_column, in_copy, panel.width);
        }
    for (int i = 0; i < rows; ++i)
        for (int column = i < whole_rows ? whole_columns : 0; column < panel.count; ++column) {
            float &in_copy = copy[i * panel.width + column], &in_result = at[i + column * p.result_column];
            (back ? in_result : in_copy) = back ? in_copy : in_result;
        }
}

/// Some rows of one panel for the values [begin, begin + length) of the contraction.
template <class = void>
inline void multiply_rows(const Product& p, const ProductPanel& panel, int row, int rows, int begin, int length) {
    const bool whole = p.result_column == 1 && panel.count == panel.width;
    float start[tile_columns], copy[product_rows * tile_columns], beyond[tile_columns];
    float padded[tile_rows * (product_chunk + 16)];
    for (int i = 0; i < panel.width; ++i) start[i] = p.bias && i < panel.count ? p.bias[panel.first + i] : 0.0f;
    if (begin > 0 && !whole) copy_result(p, panel, row, rows, copy, false);
    // Rows without gaps between them are one run of memory, of which a line a value is fetched for the rows behind
    // these.
    const bool fetches = panel.first == 0 && p.left_pitch == length;
    for (int tile = 0; tile < rows; tile += tile_rows) {
        const int height = std::min(tile_rows, rows - tile);
        float* results[tile_rows];
        for (int i = 0; i < tile_rows; ++i)
            results[i] = i >= height ? beyond
                         : whole     ? p.result + (row + tile + i) * p.result_row + panel.first
                                     : copy + (tile + i) * panel.width;
        const float* left = p.left + (row + tile) * p.left_pitch + begin;
        const Piece piece{0, length, 0, fetches ? left + product_rows * p.left_pitch : nullptr};
        long pitch = p.left_pitch;
        if (tile_height(height) > height) {  // the register tile is taller than what is left
            for (int i = 0; i < height; ++i) copy_floats(left + i * pitch, length, padded + i * (product_chunk + 16));
            for (int i = height; i < tile_height(height); ++i)
                std::fill_n(padded + i * (product_chunk + 16), length, 0.0f);
            left = padded;
            pitch = product_chunk + 16;
        }
        if (whole && begin == 0)  // what a tile writes is fetched while it is worked out
            for (int i = 0; i < height; ++i) {
                __builtin_prefetch(results[i], 1);
                __builtin_prefetch(results[i] + lanes, 1);
            }
        const TileFunction multiply = panel.width == lanes ? tile_function<1>(height) : tile_function<2>(height);
        multiply(left, pitch, &piece, 1, panel.values, {begin == 0 ? start : nullptr, results});
    }
    if (!whole) copy_result(p, panel, row, rows, copy, true);
}

/// One row, and columns that are neighbours in `right`: nothing is copied, because each weight is read once.
template <class = void>
inline void multiply_row(const Product& p, int first, int end) {
    constexpr int most = 8;
    int column = first;
    auto columns = [&](auto count) {
        constexpr int vectors = decltype(count)::value;
        for (; column + vectors * lanes <= end; column += vectors * lanes) {
            ArrayOf<Vector, vectors> sums;
            unroll<vectors>(
                [&](auto v) { sums[v] = p.bias ? Vector::load_unaligned(p.bias + column + v * lanes) : Vector(0.0f); });
            const float* weights = p.right + column;
            for (int i = 0; i < p.contraction; ++i, weights += p.right_row) {
                const Vector value(p.left[i]);
                unroll<vectors>(
                    [&](auto v) { sums[v] = xsimd::fma(value, Vector::load_unaligned(weights + v * lanes), sums[v]); });
            }
            unroll<vectors>([&](auto v) { sums[v].store_unaligned(p.result + column + v * lanes); });
        }
    };
    columns(std::integral_constant<int, most>{});
    columns(std::integral_constant<int, 1>{});
    for (; column < end; ++column) {
        float sum = p.bias ? p.bias[column] : 0.0f;
        for (int i = 0; i < p.contraction; ++i) sum = std::fma(p.left[i], p.right[i * p.right_row + column], sum);
        p.result[column] = sum;
    }
}

/// Floats of the panels that a thread has at a time, where they stay in the second-level cache, and rows that it then
/// has at least.
inline constexpr int product_floats = 64 * 1024, product_many_rows = 4 * product_rows;

/// Whether each thread has all panels, so that it reads its rows once.
constexpr bool has_all_panels(const Product& p, int threads) {
    const long panels = (p.columns + tile_columns - 1) / tile_columns;
    return p.rows / threads >= product_many_rows &&
           panels * tile_columns * std::min(product_chunk, p.contraction) <= product_floats;
}

/// The part of thread `index` of `threads`: some panels of columns and, with few panels, some of the rows; with many
/// rows, all panels for some of them.
template <class = void>
inline void product_share(const Product& p, int index, int threads) {
    auto cut = [](int count, int part, int parts) { return static_cast<int>(static_cast<long>(count) * part / parts); };
    const int panels = (p.columns + tile_columns - 1) / tile_columns;
    const bool has_all = has_all_panels(p, threads);
    const int column_parts = has_all ? 1 : std::min(panels, threads), row_parts = std::max(1, threads / column_parts);
    if (index >= column_parts * row_parts) return;
    const int first_panel = cut(panels, index % column_parts, column_parts);
    const int end_panel = cut(panels, index % column_parts + 1, column_parts);
    if (p.rows == 1 && p.right_column == 1 && p.result_column == 1) {
        if (index < column_parts)
            multiply_row(p, first_panel * tile_columns, std::min(p.columns, end_panel * tile_columns));
        return;
    }
    const int first_row = cut(p.rows, index / column_parts, row_parts);
    const int end_row = cut(p.rows, index / column_parts + 1, row_parts);
    const int at_a_time = has_all ? panels : 1;
    alignas(64) float values[product_floats];
    for (int group = first_panel; group < end_panel; group += at_a_time)
        for (int begin = 0, length; begin < p.contraction; begin += length) {
            length = std::min(product_chunk, p.contraction - begin);
            auto first_value = [&](int panel) { return values + (panel - group) * tile_columns * length; };
            auto panel_of = [&](int panel) {
                const int first = panel * tile_columns, count = std::min(tile_columns, p.columns - first);
                return ProductPanel{first, count, count > lanes ? tile_columns : lanes, first_value(panel)};
            };
            for (int panel = group; panel < group + at_a_time; ++panel) {
                const ProductPanel to = panel_of(panel);
                pack_panel(length, to.count, to.width, p.right + begin * p.right_row + to.first * p.right_column,
                           p.right_row, p.right_column, first_value(panel));
            }
            for (int row = first_row; row < end_row; row += product_rows)
                for (int panel = group; panel < group + at_a_time; ++panel)
                    multiply_rows(p, panel_of(panel), row, std::min(product_rows, end_row - row), begin, length);
        }
}

/// A product by all threads, where it is worth them. With few rows the weights are read from memory for each product:
/// then a weight costs as much as some products.
template <class = void>
inline void multiply(const Product& p, const ConvGeometry& g, int samples) {
    const double work = std::max(samples, 8) * static_cast<double>(g.weights());
#pragma omp parallel if (work > worth_threads)
    product_share(p, omp_get_thread_num(), omp_get_num_threads());
}

/// Whether the geometry is a product of [pixels][large channels] and the plain weights [large][small channels].
constexpr bool is_product(const ConvGeometry& g) {
    return g.kernel == 1 && g.stride == 1 && g.padding == 0;
}

template <class = void>
inline void product_to_small(const ConvGeometry& g, int batch, const float* large, const float* weights,
                             const float* bias, float* small) {
    const int samples = batch * g.small_pixels();
    multiply({samples, g.large_channels, g.small_channels, large, g.large_channels, weights, g.small_channels, 1, bias,
              small, g.small_channels, 1},
             g, samples);
}

/// Either the weights are transposed, or, where they are more, the images: both before and after the product.
template <class = void>
inline void product_to_large(const ConvGeometry& g, int batch, const float* small, const float* weights,
                             const float* bias, float* large) {
    const int samples = batch * g.small_pixels();
    if (bias || g.weights() < static_cast<long>(samples) * (g.large_channels + g.small_channels))
        multiply({samples, g.small_channels, g.large_channels, small, g.small_channels, weights, 1, g.small_channels,
                  bias, large, g.large_channels, 1},
                 g, samples);
    else
        multiply({g.large_channels, g.small_channels, samples, weights, g.small_channels, small, 1, g.small_channels,
                  nullptr, large, 1, g.large_channels},
                 g, samples);
}

}  // namespace genotype::inline v0_1::kernels::detail
