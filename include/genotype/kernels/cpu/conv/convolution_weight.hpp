// The weight gradient of a convolution on the processor.
#pragma once

#include <omp.h>

#include <algorithm>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/cpu/conv/convolution_few.hpp"
#include "genotype/kernels/cpu/conv/convolution_padded.hpp"
#include "genotype/kernels/cpu/conv/convolution_weight_block.hpp"
#include "genotype/kernels/cpu/conv/outer_tile.hpp"
#include "genotype/kernels/cpu/conv/winograd_gradient.hpp"
#include "genotype/kernels/cpu/matmul/matmul.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// Everything that the weight gradient reads and writes, and how it is cut.
struct WeightGradient {
    GradientShape shape;
    GradientBlocking blocking;
    int batch;
    const float* large;
    const float* small;
    float* gradient;
    bool accumulate;
};

/// All taps of one kernel row for one block of pixels, from the packed operands.
template <class = void>
inline void multiply_kernel_row(const WeightGradient& w, const GradientBlock& block, const LargeChannels& large,
                                int small_first, int small_count, int kernel_row, const float* packed_large,
                                const float* packed_small, bool first) {
    const GradientShape& s = w.shape;
    const ConvGeometry& g = s.geometry;
    const IndexRange rows = meeting(block.rows, g.stride, kernel_row - g.padding, g.large_height);
    for (int tap = 0; tap < s.tap_columns; ++tap) {
        const IndexRange columns =
            s.merged ? block.columns : meeting(block.columns, g.stride, tap - g.padding, g.large_width);
        const bool nothing = rows.empty() || columns.empty();
        if (nothing && !first) continue;
        float* gradient =
            w.gradient + small_first +
            ((static_cast<long>(kernel_row) * s.tap_columns + tap) * s.large_channels + large.first) * g.small_channels;
        const int length = nothing ? 0 : columns.size() * block.samples.size();
        for (int panel = 0; panel < small_count; panel += tile_columns) {
            const int width = std::min(tile_columns, small_count - panel), vectors = vector_width(width);
            for (int tile = 0; tile < large.tiles; ++tile) {
                const int channel = large.tile_first[tile], height = large.tile_first[tile + 1] - channel;
                OuterOperands operands{packed_large,
                                       outer_pitch * block.large_row(s),
                                       outer_pitch,
                                       packed_small,
                                       vectors * block.small_row(),
                                       vectors,
                                       nothing ? 0 : rows.size(),
                                       length};
                if (!nothing) {
                    operands.large += outer_pitch * (tile * block.large_pixels(s) +
                                                     block.large_at(s, rows.first, columns.first, tap));
                    operands.small +=
                        panel * block.small_pixels() + vectors * block.small_at(rows.first, columns.first);
                }
                outer_product(operands, std::min(height, large.count - channel), width,
                              gradient + static_cast<long>(channel) * g.small_channels + panel, g.small_channels,
                              first);
            }
        }
    }
}

/// The kernel rows `kernel_rows` of the gradient for some channels of both sides.
template <class = void>
inline void gradient_share(const WeightGradient& w, const LargeChannels& large, int small_first, int small_count,
                           IndexRange kernel_rows) {
    alignas(64) float packed_large[gradient_large_floats];
    alignas(64) float packed_small[gradient_small_floats];
    const ConvGeometry& g = w.shape.geometry;
    bool first = !w.accumulate;
    auto cut = [](int start, int step, int size) { return IndexRange{start, std::min(start + step, size)}; };
    for (int sample = 0; sample < w.batch; sample += w.blocking.samples)
        for (int row = 0; row < g.small_height; row += w.blocking.rows)
            for (int column = 0; column < g.small_width; column += w.blocking.columns, first = false) {
                const GradientBlock block{cut(sample, w.blocking.samples, w.batch),
                                          cut(row, w.blocking.rows, g.small_height),
                                          cut(column, w.blocking.columns, g.small_width)};
                pack_small(g, block, small_first, small_count, w.small, packed_small);
                for (int kernel_row = kernel_rows.first; kernel_row < kernel_rows.end; ++kernel_row) {
                    pack_large(w.shape, block, large, kernel_row, w.large, w.large + w.batch * g.large_floats(),
                               packed_large);
                    multiply_kernel_row(w, block, large, small_first, small_count, kernel_row, packed_large,
                                        packed_small, first);
                }
            }
}

/// The part of the gradient that thread `index` of `threads` computes: a run of the list [small channels][large
/// channels] [kernel row]. Each value is summed by one thread over the blocks in order.
template <class = void>
inline void gradient_thread(const WeightGradient& w, int index, int threads) {
    const int small_channels = w.shape.geometry.small_channels, kernel = w.shape.geometry.kernel;
    int small_step = gradient_small_channels, large_step = w.blocking.large_channels;
    auto parts = [](int size, int step) { return (size + step - 1) / step; };
    auto tasks = [&] {
        return static_cast<long>(parts(small_channels, small_step)) * parts(w.shape.large_channels, large_step) *
               kernel;
    };
    while (small_step > tile_columns && tasks() < 2 * threads) small_step /= 2;
    const int large_parts = parts(w.shape.large_channels, large_step);
    const long begin = tasks() * index / threads, end = tasks() * (index + 1) / threads;
    for (long task = begin; task < end;) {
        const long pair = task / kernel, stop = std::min(end, (pair + 1) * kernel);
        const int small_first = static_cast<int>(pair / large_parts) * small_step;
        const int large_first = static_cast<int>(pair % large_parts) * large_step;
        gradient_share(w, {large_first, std::min(large_step, w.shape.large_channels - large_first)}, small_first,
                       std::min(small_step, small_channels - small_first),
                       {static_cast<int>(task - pair * kernel), static_cast<int>(stop - pair * kernel)});
        task = stop;
    }
}

}  // namespace detail

/// The gradient of the plain weights: of `convolve` where `small` is the output's gradient, of `convolve_transposed`
/// where `large` is. With `accumulate` added to what is there, otherwise written over it. Of the sides named by
/// `transformed`, `scratch` still has what a call in the other direction made.
template <class Geometry>
void convolve_weight_gradient(Cpu, const Geometry& g, int batch, const float* large, const float* small,
                              float* gradient, bool accumulate, MemoryRegion scratch,
                              Transformed transformed = Transformed::none) {
    if constexpr (possible<Geometry>(detail::is_product))
        if (detail::is_product(g)) return detail::product_weight_gradient(g, batch, large, small, gradient, accumulate);
    if (detail::with_winograd(g, batch, [&](auto form) {
            detail::winograd_weight_gradient<decltype(form)>(g, batch, large, small, gradient, accumulate,
                                                             scratch.per_sample, transformed);
        }))
        return;
    if (detail::is_padded(g)) return detail::padded_weight_gradient(g, batch, large, small, gradient, accumulate);
    if constexpr (possible<Geometry>(detail::steps_by_one))
        if (detail::is_padded_turned(g))
            return detail::few_weight_gradient(g, batch, large, small, gradient, accumulate);
    const detail::GradientShape shape(g);
    const detail::WeightGradient w{shape, {shape, batch}, batch, large, small, gradient, accumulate};
    const double work = static_cast<double>(batch) * g.small_pixels() * static_cast<double>(g.weights());
#pragma omp parallel if (work > detail::worth_threads)
    detail::gradient_thread(w, omp_get_thread_num(), omp_get_num_threads());
}

template <class = void>
inline void convolve_weight_gradient(Cpu device, const ProductGeometry& g, int batch, const float* large,
                                     const float* small, float* gradient, bool accumulate, MemoryRegion scratch,
                                     Transformed = Transformed::none) {
    matmul_weight_gradient(device, g, batch, large, small, gradient, accumulate, scratch);
}

}  // namespace genotype::inline v0_1::kernels
