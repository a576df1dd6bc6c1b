// A batch of samples of one static shape in somebody else's memory.
#pragma once

#include <cstddef>
#include <span>

#include "genotype/shape/shape.hpp"

namespace genotype {
namespace detail {

constexpr long place_in_video(Dims dims, int channel, int frame, int row, int column) {
    return ((static_cast<long>(frame) * dims.height() + row) * dims.width() + column) * dims.channels() + channel;
}

}  // namespace detail

/// A read-only batch of `batch` samples of shape `S`, one after the other; a picture lies as (height, width,
/// channels), a video as (depth, height, width, channels).
template <ShapeType S>
struct View {
    using shape = S;

    const float* data = nullptr;
    int batch = 0;

    long size() const { return batch * S::count; }
    std::span<const float> values() const { return {data, static_cast<std::size_t>(size())}; }

    /// Sample `n`, channel or feature `c`, row `h`, column `w`: PyTorch's x[n, c, h, w].
    float operator()(int n, int c, int h = 0, int w = 0) const requires(S::rank != 4) {
        return data[n * S::count + (static_cast<long>(h) * S::dims.width() + w) * S::dims.channels() + c];
    }
    /// The same of frame `d` of a video: PyTorch's x[n, c, d, h, w].
    float operator()(int n, int c, int d, int h, int w) const requires(S::rank == 4) {
        return data[n * S::count + detail::place_in_video(S::dims, c, d, h, w)];
    }

    /// Samples first .. first + count - 1.
    View slice(int first, int count) const { return {data + first * S::count, count}; }
};

}  // namespace genotype
