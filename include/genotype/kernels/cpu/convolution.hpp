// Convolution and its transpose on the processor: direct, from packed weights.
#pragma once

#include <omp.h>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/cpu/convolution_gather.hpp"
#include "genotype/kernels/cpu/convolution_phase.hpp"
#include "genotype/kernels/cpu/convolution_weight.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype {

/// Packed weights of both directions: first those to the small picture, then those to the large one, phase by phase.
constexpr long packed_floats(Cpu, const ConvGeometry& g) {
    return g.taps() * (g.large_channels * detail::packed_width(g.large_channels, g.small_channels) +
                       g.small_channels * detail::packed_width(g.small_channels, g.large_channels));
}

inline void pack(Cpu, const ConvGeometry& g, const float* plain, float* packed) {
    packed = detail::pack_phase(detail::phase_to_small(g), g.kernel, plain, g.small_channels, 1, packed);
    for (int phase = 0; phase < detail::phases_to_large(g); ++phase)
        packed = detail::pack_phase(detail::phase_to_large(g, phase), g.kernel, plain, 1, g.small_channels, packed);
}

/// PyTorch equivalent: `F.conv2d(large, weight, bias, stride, padding)`.
inline void convolve(Cpu, const ConvGeometry& g, int batch, const float* large, ConvWeights weights, const float* bias,
                     float* small) {
    const detail::Gather gather{batch,
                                {g.large_height, g.large_width, g.large_channels},
                                {g.small_height, g.small_width, g.small_channels},
                                large,
                                bias,
                                small};
    const detail::Phase phase = detail::phase_to_small(g);
    const double work = static_cast<double>(batch) * phase.positions() * phase.contraction() * phase.channels;
    const detail::TileRows tiling(phase, batch);
#pragma omp parallel if (work > detail::worth_threads)
    detail::gather_share(gather, phase, tiling, weights.packed,
                         detail::share_of(phase, tiling, omp_get_thread_num(), omp_get_num_threads()));
}

/// PyTorch equivalent: `F.conv_transpose2d(small, weight, bias, stride, padding)`.
inline void convolve_transposed(Cpu, const ConvGeometry& g, int batch, const float* small, ConvWeights weights,
                                const float* bias, float* large) {
    const detail::Gather gather{batch,
                                {g.small_height, g.small_width, g.small_channels},
                                {g.large_height, g.large_width, g.large_channels},
                                small,
                                bias,
                                large};
    const float* to_large =
        weights.packed + g.taps() * g.large_channels * detail::packed_width(g.large_channels, g.small_channels);
    const double work = static_cast<double>(batch) * g.small_pixels() * g.weights();
#pragma omp parallel if (work > detail::worth_threads)
    {
        const float* packed = to_large;
        for (int i = 0; i < detail::phases_to_large(g); ++i) {
            const detail::Phase phase = detail::phase_to_large(g, i);
            if (phase.positions() > 0) {
                const detail::TileRows tiling(phase, batch);
                detail::gather_share(gather, phase, tiling, packed,
                                     detail::share_of(phase, tiling, omp_get_thread_num(), omp_get_num_threads()));
            }
            packed += phase.contraction() * detail::packed_width(phase.source_channels, phase.channels);
        }
    }
}

}  // namespace genotype
