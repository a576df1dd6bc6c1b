// The transformed weights of Winograd's form, made for a few values of the contraction at a time, where they are used:
// the points would be four to six times as much to read as the taps that they come from.
#pragma once

#include <array>

#include "genotype/kernels/cpu/conv/winograd_form.hpp"
#include "genotype/kernels/cpu/conv/winograd_transform.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Values of the contraction that are multiplied at a time, so that a panel's transformed weights stay in the
/// second-level cache.
inline constexpr int winograd_chunk = 64;
/// Floats from point to point of a panel's transformed weights, [point][value][panel's channels]; an odd number of
/// lines.
inline constexpr long winograd_panel_pitch = winograd_chunk * tile_columns + 16;

/// Which of the kernel's taps is tap `tap`, (row, column), of a phase.
constexpr int winograd_tap(const ConvGeometry& g, int phase, int tap) {
    const int taps = winograd_taps(g);
    return (tap / taps * g.stride + phase / g.stride) * g.kernel + tap % taps * g.stride + phase % g.stride;
}

/// One direction's weights, from the direct form's packed ones. To the small image these are [panel][tap][large
/// channel][panel's channels], to the large one [phase][panel][tap of the phase, descending][small channel][panel's
/// channels].
struct WinogradWeights {
    const ConvGeometry& geometry;
    bool to_large;
    const float* packed;

    int contraction() const {
        return to_large ? geometry.small_channels : winograd_phases(geometry) * geometry.large_channels;
    }
    int channels() const {
        return to_large ? winograd_phases(geometry) * geometry.large_channels : geometry.small_channels;
    }

    /// Values from `first` on that have the same phase and fit a chunk.
    int values_from(int first) const {
        const int run = to_large ? geometry.small_channels : geometry.large_channels;
        return std::min(winograd_chunk, run - first % run);
    }

    template <int taps>
    static constexpr auto square = static_cast<std::size_t>(taps) * taps;

    /// The taps for panel `panel` of the channels, from value `first` of the contraction on: (row, column).
    template <int taps>
    std::array<const float*, square<taps>> at(int panel, int first) const {
        const ConvGeometry& g = geometry;
        const long run = to_large ? g.small_channels : g.large_channels, tap_floats = run * tile_columns;
        const int phase = static_cast<int>(first / run);  // to the small image
        const float* from =
            packed + panel * (to_large ? taps * taps : g.taps()) * tap_floats + first % run * tile_columns;
        std::array<const float*, square<taps>> result;
        for (int tap = 0; tap < taps * taps; ++tap)
            result[static_cast<std::size_t>(tap)] =
                from + (to_large ? taps * taps - 1 - tap : winograd_tap(g, phase, tap)) * tap_floats;
        return result;
    }
};

/// Taps become points, for `count` values of the contraction and one panel of channels.
template <class Form>
void weights_to_points(const WinogradWeights& weights, int panel, int first, int count, float* to) {
    const auto taps = weights.at<Form::taps>(panel, first);
    for (long at = 0; at < count * tile_columns; at += lanes)
        transform_square<typename Form::TapsToPoints>(
            [&](int i) { return Vector::load_unaligned(taps[static_cast<std::size_t>(i)] + at); },
            [&](int i, const Vector& point) { point.store_unaligned(to + at + i * winograd_panel_pitch); });
}

}  // namespace genotype::inline v0_1::kernels::detail
