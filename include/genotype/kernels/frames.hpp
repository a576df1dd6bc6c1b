// Windows of a video's frames, whose convolution is one of images with the frames' channels side by side. From one
// source for all devices.
#pragma once

#include "genotype/kernels/border.hpp"
#include "genotype/shape/both.hpp"

namespace genotype::inline v0_1::kernels {

/// The depth of a convolution: `kernel` frames of the large video, `dilation` apart, are a window, of which there are
/// `small`. The video lies as (large, pixels, channels), the windows as (small, pixels, groups, kernel, channels /
/// groups).
struct FrameWindows {
    Border border;
    int kernel, stride, padding, dilation;
    int large, small;
    int pixels, channels, groups;

    constexpr long video_floats() const { return static_cast<long>(large) * pixels * channels; }
    constexpr long floats() const { return static_cast<long>(small) * pixels * kernel * channels; }
    constexpr BorderSide side() const { return {border, large, padding}; }

    /// The frame that stands at a place of the video with its border; -1 for one of zeros.
    constexpr int frame(int place) const {
        const int at = place - padding;
        if (at >= 0 && at < large) return at;
        return border == Border::zeros ? -1 : side().source(place);
    }
    /// The places at which a frame can stand.
    constexpr int candidates() const { return border == Border::zeros ? 1 : 2 * padding + 1; }
    constexpr int candidate(int number, int at) const {
        return border == Border::zeros ? padding + at : side().candidate(number, at);
    }
};

namespace detail {

/// Writes one pixel of one window.
struct GatherFrames {
    FrameWindows g;
    const float* video;
    float* windows;

    GENOTYPE_BOTH void operator()(long at) const {
        const long pixel = at % g.pixels, sample = at / g.pixels / g.small;
        const int first = static_cast<int>(at / g.pixels % g.small) * g.stride, width = g.channels / g.groups;
        float* const window = windows + at * g.kernel * g.channels;
        for (int tap = 0; tap < g.kernel; ++tap) {
            const int frame = g.frame(first + tap * g.dilation);
            const float* const from =
                video + ((sample * g.large + (frame < 0 ? 0 : frame)) * g.pixels + pixel) * g.channels;
            for (int group = 0; group < g.groups; ++group) {
                float* const to = window + (static_cast<long>(group) * g.kernel + tap) * width;
                for (int channel = 0; channel < width; ++channel)
                    to[channel] = frame < 0 ? 0.0f : from[group * width + channel];
            }
        }
    }
};

/// Sums one pixel of one frame over all windows that have it.
struct SumWindows {
    FrameWindows g;
    const float *windows, *bias;
    float* video;

    GENOTYPE_BOTH void operator()(long at) const {
        const long pixel = at % g.pixels, sample = at / g.pixels / g.large;
        const int frame = static_cast<int>(at / g.pixels % g.large), width = g.channels / g.groups;
        float* const to = video + at * g.channels;
        for (int channel = 0; channel < g.channels; ++channel) to[channel] = bias ? bias[channel] : 0.0f;
        for (int number = 0; number < g.candidates(); ++number) {
            const int place = g.candidate(number, frame);
            if (g.frame(place) != frame) continue;
            for (int tap = 0; tap < g.kernel; ++tap) {
                const int first = place - tap * g.dilation;
                if (first < 0 || first % g.stride != 0 || first / g.stride >= g.small) continue;
                const float* const window =
                    windows + ((sample * g.small + first / g.stride) * g.pixels + pixel) * g.kernel * g.channels;
                for (int group = 0; group < g.groups; ++group) {
                    const float* const from = window + (static_cast<long>(group) * g.kernel + tap) * width;
                    for (int channel = 0; channel < width; ++channel) to[group * width + channel] += from[channel];
                }
            }
        }
    }
};

}  // namespace detail

/// The windows of `batch` videos, with zeros or frames of the border beyond the first and the last.
template <class Device>
void gather_frames(Device device, const FrameWindows& g, int batch, const float* video, float* windows) {
    for_each_index(device, static_cast<long>(batch) * g.small * g.pixels, detail::GatherFrames{g, video, windows});
}

/// The adjoint: of each value of a video, the sum wherever a window has it, and the channel's bias where that is not
/// null.
template <class Device>
void sum_windows(Device device, const FrameWindows& g, int batch, const float* windows, const float* bias,
                 float* video) {
    for_each_index(device, static_cast<long>(batch) * g.large * g.pixels, detail::SumWindows{g, windows, bias, video});
}

}  // namespace genotype::inline v0_1::kernels
