// Winograd's form of a convolution and of its transpose on the processor.
#pragma once

#include <omp.h>

#include <algorithm>

#include "genotype/kernels/cpu/conv/winograd_product.hpp"
#include "genotype/kernels/cpu/conv/winograd_tiles.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Channels of the result that are worked on at a time, so that their points stay in the second-level cache.
inline constexpr int winograd_block_channels = 32;
template <class Form>
inline constexpr long winograd_block_floats = Form::LargeToPoints::to* Form::LargeToPoints::to*(
    winograd_block_channels* winograd_tile_pitch(winograd_block_tiles) + winograd_point_gap);

/// One direction. Threads take blocks of samples: they transform a block's source, which then stays in the second-level
/// cache, and multiply it; the next block's source is fetched meanwhile. Where there are fewer blocks than threads, all
/// transform the source first, and then take turns at blocks of samples and channels. A value of the result does not
/// depend on the block that it is in.
template <class Form, class Transform, class Restore, class SourceAhead, class ResultAhead>
void winograd_direction(const ConvGeometry& g, int batch, const WinogradWeights& weights, const PointTiles& all,
                        float* scratch, Transform transform, Restore restore, SourceAhead source_ahead,
                        ResultAhead result_ahead) {
    const int panels = weights.channels() / tile_columns, channels = weights.contraction();
    const int most = winograd_block_samples(g), blocks = (batch + most - 1) / most;
#pragma omp parallel
    {
        const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
        auto cut = [](int count, int part, int parts) {
            return static_cast<int>(static_cast<long>(count) * part / parts);
        };
        auto samples_of = [&](SampleRange range, int block, int of) {
            const int first = range.first + cut(range.count, block, of);
            return SampleRange{first, range.first + cut(range.count, block + 1, of) - first};
        };
        auto block_samples = [&](int block) { return samples_of({0, batch}, block, blocks); };
        const SampleRange own = samples_of({0, batch}, thread, threads);
        alignas(64) float memory[winograd_block_floats<Form>];
        auto multiply = [&](const PointTiles& in, SampleRange range, int panel, int count, PixelsAhead& next) {
            const PointTiles out(g, memory, count * tile_columns, range.count);
            const ChannelRange to{panel * tile_columns, count * tile_columns};
            multiply_points<Form>(in, weights, range.count, panel, count, out, next, result_ahead(range, to));
            restore(range, out, to);
        };
        constexpr int most_panels = winograd_block_channels / tile_columns;
        if (winograd_within_cache(g) && blocks >= threads) {
            const int near = std::max(1, winograd_near_tiles / winograd_tiles(g));
            const int own_blocks = (own.count + near - 1) / near;
            float* const memory_of_own = scratch + convolution_scratch(Cpu{}, g).floats(own.first);
            for (int block = 0; block < own_blocks; ++block) {
                const SampleRange range = samples_of(own, block, own_blocks);
                const PointTiles in(g, memory_of_own, channels, range.count);
                transform(range, in);
                PixelsAhead next;
                if (block + 1 < own_blocks) next = source_ahead(samples_of(own, block + 1, own_blocks));
                for (int panel = 0; panel < panels; panel += most_panels)
                    multiply(in, range, panel, std::min(most_panels, panels - panel), next);
            }
        } else {
            // Where tiles lie by blocks, a thread's samples may be of several.
            auto block_tiles = [&](SampleRange range) {
                return winograd_within_cache(g)
                           ? PointTiles(g, scratch + convolution_scratch(Cpu{}, g).floats(range.first), channels,
                                        range.count)
                           : all.from(range.first);
            };
            for (int block = 0; block < blocks; ++block) {
                const SampleRange range = block_samples(block);
                const int first = std::max(own.first, range.first);
                const int last = std::min(own.first + own.count, range.first + range.count);
                if (first < last)
                    transform(SampleRange{first, last - first}, block_tiles(range).from(first - range.first));
            }
            const int groups = std::clamp(threads / blocks, (panels + most_panels - 1) / most_panels, panels);
#pragma omp barrier
#pragma omp for schedule(static)
            for (int task = 0; task < blocks * groups; ++task) {
                const SampleRange range = block_samples(task / groups);
                const int group = task % groups, panel = cut(panels, group, groups);
                PixelsAhead none;
                multiply(block_tiles(range), range, panel, cut(panels, group + 1, groups) - panel, none);
            }
        }
    }
}

/// weights: packed for the direct form.
template <class Form>
void winograd_to_small(const ConvGeometry& g, int batch, const float* large, const float* weights, const float* bias,
                       float* small, float* scratch) {
    const ChannelRange all{0, winograd_phases(g) * g.large_channels};
    winograd_direction<Form>(
        g, batch, {g, false, weights}, large_tiles(g, batch, scratch), scratch,
        [&](SampleRange range, const PointTiles& points) { large_to_points<Form>(g, large, range, all, points); },
        [&](SampleRange range, const PointTiles& points, ChannelRange channels) {
            points_to_small<Form>(g, points, range, channels, bias, small);
        },
        [&](SampleRange range) { return large_ahead(g, large, range); },
        [&](SampleRange range, ChannelRange channels) { return small_ahead(g, small, range, channels); });
}

template <class Form>
void winograd_to_large(const ConvGeometry& g, int batch, const float* small, const float* weights, const float* bias,
                       float* large, float* scratch) {
    const ChannelRange all{0, g.small_channels};
    winograd_direction<Form>(
        g, batch, {g, true, weights}, small_tiles(g, batch, scratch), scratch,
        [&](SampleRange range, const PointTiles& points) { small_to_points<Form>(g, small, range, all, points); },
        [&](SampleRange range, const PointTiles& points, ChannelRange channels) {
            points_to_large<Form>(g, points, range, channels, bias, large);
        },
        [&](SampleRange range) { return small_ahead(g, small, range, all); },
        [&](SampleRange range, ChannelRange channels) { return large_ahead(g, large, range, channels); });
}

}  // namespace genotype::inline v0_1::kernels::detail
