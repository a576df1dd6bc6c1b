// Pixels that are read or written next, fetched into the second-level cache beside products, which leave memory idle.
#pragma once

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/cpu/conv/winograd_tiles.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Some channels of an image's pixels, or of those of one phase, fetched a few cache lines at a time. Without it a
/// transform waits for memory at every tile: its pixels lie in short runs, which the processor does not foresee.
class PixelsAhead {
  public:
    PixelsAhead() = default;
    /// `image`: large or small, of `width` x `height` pixels with `image_channels` each; the channels are counted as
    /// `ChannelRange` does, from phase to phase. A range across phases is taken for one of the first.
    PixelsAhead(const float* image, int height, int width, int image_channels, int stride, SampleRange samples,
                ChannelRange channels)
        : floats_(channels.count),
          columns_(width / stride),
          pitch_(stride * image_channels),
          skip_((stride - 1) * long{width} * image_channels),
          rows_(long{samples.count} * height / stride) {
        const int phase = channels.first / image_channels;
        at_ = image +
              (samples.first * long{height} * width + phase / stride * width + phase % stride) * image_channels +
              channels.first % image_channels;
    }

    /// Lines at a time with which all are fetched in `turns`.
    long lines_of(long turns) const {
        const long lines = rows_ * columns_ * ((floats_ + line - 1) / line);
        return (lines + turns - 1) / turns;
    }

    /// Fetches up to `count` lines, with `writes` to be written.
    template <bool writes = false>
    void fetch(long count) {
        for (; count > 0 && rows_ > 0; --count) {
            __builtin_prefetch(at_ + offset_, writes, 2);
            offset_ += line;
            if (offset_ < floats_) continue;
            offset_ = 0;
            at_ += pitch_;
            if (++column_ < columns_) continue;
            column_ = 0;
            at_ += skip_;
            --rows_;
        }
    }

  private:
    static constexpr int line = 16;  // floats of a cache line
    const float* at_ = nullptr;
    int floats_ = 0, offset_ = 0;   // of a pixel
    int columns_ = 0, column_ = 0;  // of a row
    long pitch_ = 0, skip_ = 0;
    long rows_ = 0;  // that are left
};

/// The pixels of all phases.
template <class = void>
PixelsAhead large_ahead(const ConvGeometry& g, const float* large, SampleRange samples) {
    return {large, g.large_height, g.large_width, g.large_channels, 1, samples, {0, g.large_channels}};
}
/// Channels of one phase.
template <class = void>
PixelsAhead large_ahead(const ConvGeometry& g, const float* large, SampleRange samples, ChannelRange channels) {
    return {large, g.large_height, g.large_width, g.large_channels, g.stride, samples, channels};
}
template <class = void>
PixelsAhead small_ahead(const ConvGeometry& g, const float* small, SampleRange samples, ChannelRange channels) {
    return {small, g.small_height, g.small_width, g.small_channels, 1, samples, channels};
}

}  // namespace genotype::inline v0_1::kernels::detail
