// Winograd's form of a convolution and of its transpose on the processor.
#pragma once

#include <omp.h>

#include <algorithm>

#include "genotype/kernels/cpu/winograd_product.hpp"
#include "genotype/kernels/cpu/winograd_tiles.hpp"

namespace genotype::detail {

/// Tiles that are worked on at a time, so that both sides' points stay in the second-level cache.
inline constexpr int winograd_block_tiles = 32;

/// Calls f(samples, scratch) for blocks of the batch, by all threads. A sample's result does not depend on the block
/// that it is in.
template <class F>
void for_each_block(const ConvGeometry& g, int batch, float* scratch, F f) {
    const int tiles = winograd_tiles(g);
    const long sample_floats = convolution_scratch(Cpu{}, g).per_sample;
#pragma omp parallel
    {
        const long most = std::max(1L, static_cast<long>(batch) * tiles / winograd_thread_tiles);
        const int threads = static_cast<int>(std::min<long>(omp_get_num_threads(), most));
        const int thread = omp_get_thread_num();
        if (thread < threads) {
            const int first = static_cast<int>(static_cast<long>(batch) * thread / threads);
            const int count = static_cast<int>(static_cast<long>(batch) * (thread + 1) / threads) - first;
            const int size = std::max(1, winograd_block_tiles / tiles), blocks = (count + size - 1) / size;
            for (int block = 0; block < blocks; ++block) {
                const int begin = count * block / blocks;
                f(SampleRange{first + begin, count * (block + 1) / blocks - begin}, scratch + first * sample_floats);
            }
        }
    }
}

inline void winograd_to_small(const ConvGeometry& g, int batch, const float* large, const float* weights,
                              const float* bias, float* small, float* scratch) {
    const int tiles = winograd_tiles(g), phased = winograd_phases * g.large_channels;
    for_each_block(g, batch, scratch, [&](SampleRange range, float* memory) {
        const PointTiles in(memory, phased, tiles, range.count);
        const PointTiles out(memory + winograd_points * in.point_pitch, g.small_channels, tiles, range.count);
        large_to_points(g, large, range, in);
        multiply_points(in, phased, weights, tiles * range.count, out, g.small_channels);
        points_to_small(g, out, range, bias, small);
    });
}

inline void winograd_to_large(const ConvGeometry& g, int batch, const float* small, const float* weights,
                              const float* bias, float* large, float* scratch) {
    const int tiles = winograd_tiles(g), phased = winograd_phases * g.large_channels;
    for_each_block(g, batch, scratch, [&](SampleRange range, float* memory) {
        const PointTiles in(memory, g.small_channels, tiles, range.count);
        const PointTiles out(memory + winograd_points * in.point_pitch, phased, tiles, range.count);
        small_to_points(g, small, range, in);
        multiply_points(in, g.small_channels, weights, tiles * range.count, out, phased);
        points_to_large(g, out, range, bias, large);
    });
}

}  // namespace genotype::detail
