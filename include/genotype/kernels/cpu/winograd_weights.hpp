// The transformed weights of Winograd's form.
#pragma once

#include <array>

#include "genotype/kernels/cpu/winograd_form.hpp"
#include "genotype/kernels/cpu/winograd_transform.hpp"

namespace genotype::detail {

/// One phase's weights for some channels of the contraction, two vectors of the others: four taps become 25 points.
/// taps: of the channels' first, (row, column) of the phase's 2 x 2; each channel's follow `pitch` later.
inline void weights_to_points(const std::array<const float*, 4>& taps, long pitch, int channels, float* points,
                              long point_pitch) {
    for (int channel = 0; channel < channels; ++channel, points += tile_columns)
        unroll<2>([&](auto half) {
            const long from = channel * pitch + half * lanes;
            transform_square<TapsToPoints>([&](auto i) { return Vector::load_unaligned(taps[i] + from); },
                                           [&](auto i, Vector value) {
                                               value.store_unaligned(points + i * point_pitch + half * lanes);
                                           });
        });
}

/// The weights of both directions, [point][panel][channel of the contraction][panel's channels]: first to the small
/// picture, from the plain weights; then to the large one, from the direct form's packed weights to the large picture,
/// [phase][panel][tap][small channel][panel's channels], which lie as they are needed here.
inline void pack_winograd(const ConvGeometry& g, const float* plain, const float* packed_to_large, float* packed) {
    const long tap_floats = static_cast<long>(g.large_channels) * g.small_channels;
    const long point_pitch = winograd_weight_floats(g) / winograd_points;
    const int small_panels = g.small_channels / tile_columns, large_panels = g.large_channels / tile_columns;
    float* const packed_adjoint = packed + winograd_weight_floats(g);
#pragma omp parallel for schedule(static)
    for (int task = 0; task < winograd_phases * (small_panels + large_panels); ++task) {
        const int phase = task % winograd_phases, panel = task / winograd_phases;
        std::array<const float*, 4> taps;
        if (panel < small_panels) {
            for (int tap = 0; tap < 4; ++tap)
                taps[tap] = plain + panel * tile_columns +
                            ((tap / 2 * 2 + phase / 2) * g.kernel + tap % 2 * 2 + phase % 2) * tap_floats;
            weights_to_points(
                taps, g.small_channels, g.large_channels,
                packed + (static_cast<long>(panel) * winograd_phases + phase) * g.large_channels * tile_columns,
                point_pitch);
        } else {
            const int large_panel = panel - small_panels;
            const long panel_floats = static_cast<long>(g.small_channels) * tile_columns;
            for (int tap = 0; tap < 4; ++tap)  // the direct form has the taps in descending order
                taps[tap] = packed_to_large + phase * 4 * tap_floats + (large_panel * 4 + (3 - tap)) * panel_floats;
            weights_to_points(taps, tile_columns, g.small_channels,
                              packed_adjoint + (static_cast<long>(phase) * large_panels + large_panel) * panel_floats,
                              point_pitch);
        }
    }
}

}  // namespace genotype::detail
