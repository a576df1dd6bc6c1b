// A batch of samples of one static shape in somebody else's memory.
#pragma once

#include <cstddef>
#include <span>

#include "genotype/shape/shape.hpp"

namespace genotype {

/// A read-only batch of `batch` samples of shape `S`, one after the other; a picture lies as (height, width, channels).
template <ShapeType S>
struct View {
    using shape = S;

    const float* data = nullptr;
    int batch = 0;

    long size() const { return batch * S::count; }
    std::span<const float> values() const { return {data, static_cast<std::size_t>(size())}; }

    /// Sample `n`, channel or feature `c`, row `h`, column `w`: PyTorch's x[n, c, h, w].
    float operator()(int n, int c, int h = 0, int w = 0) const {
        return data[n * S::count + (static_cast<long>(h) * S::dims.width() + w) * S::dims.channels() + c];
    }

    /// Samples first .. first + count - 1.
    View slice(int first, int count) const { return {data + first * S::count, count}; }
};

}  // namespace genotype
