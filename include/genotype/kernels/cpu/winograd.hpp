// Winograd's form of a convolution and of its transpose on the processor.
#pragma once

#include <omp.h>

#include <algorithm>

#include "genotype/kernels/cpu/winograd_product.hpp"
#include "genotype/kernels/cpu/winograd_tiles.hpp"

namespace genotype::kernels::detail {

/// Channels of the result that are worked on at a time, so that their points stay in the second-level cache.
inline constexpr int winograd_block_channels = 32;
template <class Form>
inline constexpr long winograd_block_floats = Form::LargeToPoints::to* Form::LargeToPoints::to*(
    winograd_block_channels* winograd_tile_pitch(winograd_block_tiles) + winograd_point_gap);

/// One direction: all threads transform the source, and then take turns at blocks of samples and channels. A value of
/// the result does not depend on the block that it is in.
template <class Form, class Transform, class Restore>
void winograd_direction(const ConvGeometry& g, int batch, const WinogradWeights& weights, const PointTiles& in,
                        Transform transform, Restore restore) {
    const int tiles = winograd_tiles(g), panels = weights.channels() / tile_columns;
    const int most = std::max(1, winograd_block_tiles / tiles), blocks = (batch + most - 1) / most;
#pragma omp parallel
    {
        const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
        auto cut = [](int count, int part, int parts) {
            return static_cast<int>(static_cast<long>(count) * part / parts);
        };
        const int first = cut(batch, thread, threads);
        transform(SampleRange{first, cut(batch, thread + 1, threads) - first}, in.from(first));
        const int most_panels = winograd_block_channels / tile_columns;
        const int groups = std::clamp(threads / blocks, (panels + most_panels - 1) / most_panels, panels);
        alignas(64) float memory[winograd_block_floats<Form>];
#pragma omp barrier
#pragma omp for schedule(static)
        for (int task = 0; task < blocks * groups; ++task) {
            const int block = task / groups, group = task % groups;
            const int sample = cut(batch, block, blocks), samples = cut(batch, block + 1, blocks) - sample;
            const int panel = cut(panels, group, groups), count = cut(panels, group + 1, groups) - panel;
            const PointTiles out(memory, count * tile_columns, tiles, samples);
            multiply_points<Form>(in.from(sample), weights, tiles * samples, panel, count, out);
            restore(SampleRange{sample, samples}, out, ChannelRange{panel * tile_columns, count * tile_columns});
        }
    }
}

/// weights: packed for the direct form.
template <class Form>
void winograd_to_small(const ConvGeometry& g, int batch, const float* large, const float* weights, const float* bias,
                       float* small, float* scratch) {
    winograd_direction<Form>(
        g, batch, {g, false, weights}, large_tiles(g, batch, scratch),
        [&](SampleRange range, const PointTiles& points) { large_to_points<Form>(g, large, range, points); },
        [&](SampleRange range, const PointTiles& points, ChannelRange channels) {
            points_to_small<Form>(g, points, range, channels, bias, small);
        });
}

template <class Form>
void winograd_to_large(const ConvGeometry& g, int batch, const float* small, const float* weights, const float* bias,
                       float* large, float* scratch) {
    winograd_direction<Form>(
        g, batch, {g, true, weights}, small_tiles(g, batch, scratch),
        [&](SampleRange range, const PointTiles& points) { small_to_points<Form>(g, small, range, points); },
        [&](SampleRange range, const PointTiles& points, ChannelRange channels) {
            points_to_large<Form>(g, points, range, channels, bias, large);
        });
}

}  // namespace genotype::kernels::detail
