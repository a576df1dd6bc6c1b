// A batch of samples of one static shape that owns its memory, on the heap.
#pragma once

#include <cstddef>
#include <span>

#include "genotype/memory/arena.hpp"
#include "genotype/memory/view.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {

/// A batch that owns its memory, on the heap. PyTorch: a contiguous float32 tensor in channels_last memory format.
template <ShapeType S>
class Tensor {
  public:
    using shape = S;

    Tensor() = default;
    /// `batch` samples of zeros. Throws `Error` where `batch` is below 0.
    explicit Tensor(int batch) : values_(batch * S::count), batch_(batch) {
        if (batch < 0) fail("Tensor", "batch", batch, "0 or more");
    }

    int batch() const { return batch_; }
    long size() const { return batch_ * S::count; }
    float* data() { return values_.data(); }
    const float* data() const { return values_.data(); }
    std::span<float> values() { return {data(), static_cast<std::size_t>(size())}; }
    std::span<const float> values() const { return {data(), static_cast<std::size_t>(size())}; }

    /// Sample `n`, channel or feature `c`, row `h`, column `w`: PyTorch's x[n, c, h, w].
    float operator()(int n, int c, int h = 0, int w = 0) const requires(S::rank != 4) {
        return View<S>(*this)(n, c, h, w);
    }
    float& operator()(int n, int c, int h = 0, int w = 0) requires(S::rank != 4) {
        return data()[n * S::count + (static_cast<long>(h) * S::dims.width() + w) * S::dims.channels() + c];
    }
    /// The same of frame `d` of a video: PyTorch's x[n, c, d, h, w].
    float operator()(int n, int c, int d, int h, int w) const requires(S::rank == 4) {
        return View<S>(*this)(n, c, d, h, w);
    }
    float& operator()(int n, int c, int d, int h, int w) requires(S::rank == 4) {
        return data()[n * S::count + detail::place_in_video(S::dims, c, d, h, w)];
    }

    operator View<S>() const { return {data(), batch_}; }
    View<S> view() const { return *this; }

  private:
    Arena<> values_;
    int batch_ = 0;
};

}  // namespace genotype::inline v0_1
