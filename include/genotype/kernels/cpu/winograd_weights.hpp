// The transformed weights of Winograd's form.
#pragma once

#include <array>

#include "genotype/kernels/cpu/winograd_form.hpp"
#include "genotype/kernels/cpu/winograd_transform.hpp"

namespace genotype::detail {

/// The weights of one direction at all points.
struct PointWeights {
    float* values;
    long point_pitch;
    int contraction, channels;

    float* at(int panel, int value) const { return values + winograd_weight_at(contraction, channels, panel, value); }
};

/// One phase's weights for a panel and `count` values of the contraction: four taps become 25 points.
/// taps: of the first value, (row, column) of the phase's 2 x 2; each value's follow `pitch` later.
inline void weights_to_points(const std::array<const float*, 4>& taps, long pitch, const PointWeights& weights,
                              int panel, int first, int count) {
    for (int value = 0; value < count; ++value)
        for (int half = 0; half < tile_columns; half += lanes) {
            const long from = value * pitch + half;
            float* to = weights.at(panel, first + value) + half;
            transform_square<TapsToPoints>(
                [&](int i) { return Vector::load_unaligned(taps[i] + from); },
                [&](int i, const Vector& point) { point.store_unaligned(to + i * weights.point_pitch); });
        }
}

/// The weights of both directions: first to the small picture, from the plain weights; then to the large one, from the
/// direct form's packed weights to the large picture, [phase][panel][tap][small channel][panel's channels], which lie
/// as they are needed here.
inline void pack_winograd(const ConvGeometry& g, const float* plain, const float* packed_to_large, float* packed) {
    const long tap_floats = static_cast<long>(g.large_channels) * g.small_channels;
    const int phased = winograd_phases * g.large_channels;
    const int small_panels = g.small_channels / tile_columns, large_panels = g.large_channels / tile_columns;
    const long point_pitch = winograd_weight_floats(g) / winograd_points;
    const PointWeights to_small{packed, point_pitch, phased, g.small_channels};
    const PointWeights to_large{packed + winograd_weight_floats(g), point_pitch, g.small_channels, phased};
#pragma omp parallel for schedule(static)
    for (int task = 0; task < winograd_phases * (small_panels + large_panels); ++task) {
        const int phase = task % winograd_phases, panel = task / winograd_phases;
        std::array<const float*, 4> taps;
        if (panel < small_panels) {
            for (int tap = 0; tap < 4; ++tap)
                taps[tap] = plain + panel * tile_columns +
                            ((tap / 2 * 2 + phase / 2) * g.kernel + tap % 2 * 2 + phase % 2) * tap_floats;
            weights_to_points(taps, g.small_channels, to_small, panel, phase * g.large_channels, g.large_channels);
        } else {
            const int large_panel = panel - small_panels;
            const long panel_floats = static_cast<long>(g.small_channels) * tile_columns;
            for (int tap = 0; tap < 4; ++tap)  // the direct form has the taps in descending order
                taps[tap] = packed_to_large + phase * 4 * tap_floats + (large_panel * 4 + (3 - tap)) * panel_floats;
            weights_to_points(taps, tile_columns, to_large, phase * large_panels + large_panel, 0, g.small_channels);
        }
    }
}

}  // namespace genotype::detail
