// A batch of samples of one static shape in somebody else's memory.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include "genotype/memory/host_memory.hpp"
#include "genotype/shape/report.hpp"
#include "genotype/shape/shape.hpp"

namespace genotype::inline v0_1 {
namespace detail {

constexpr long place_in_video(Dims dims, int channel, int frame, int row, int column) {
    return ((static_cast<long>(frame) * dims.height() + row) * dims.width() + column) * dims.channels() + channel;
}

}  // namespace detail

/// A read-only batch of `batch` samples of shape `S`, one after the other; an image lies as (height, width,
/// channels), a video as (depth, height, width, channels). Its type says whose memory that is: the host's, if nothing
/// is said. None becomes one of another memory: `on_host` copies a device's batch, and a trainer brings the host's to
/// its device.
template <ShapeType S, class Memory = HostMemory>
struct View {
    using shape = S;
    using memory = Memory;

    const float* data = nullptr;
    int batch = 0;

    long size() const { return batch * S::count; }

    /// What the host reads, of a batch in the host's memory.
    std::span<const float> values() const requires Memory::on_host { return {data, static_cast<std::size_t>(size())}; }
    /// Sample `n`, channel or feature `c`, row `h`, column `w`: PyTorch's x[n, c, h, w].
    float operator()(int n, int c, int h = 0, int w = 0) const requires(Memory::on_host&& S::rank != 4) {
        return data[n * S::count + (static_cast<long>(h) * S::dims.width() + w) * S::dims.channels() + c];
    }
    /// The same of frame `d` of a video: PyTorch's x[n, c, d, h, w].
    float operator()(int n, int c, int d, int h, int w) const requires(Memory::on_host&& S::rank == 4) {
        return data[n * S::count + detail::place_in_video(S::dims, c, d, h, w)];
    }

    /// Samples first .. first + count - 1.
    View slice(int first, int count) const { return {data + first * S::count, count}; }
};

/// A batch where `Device` computes. For all devices that are on the host it is `View<S>`.
template <ShapeType S, class Device>
using ViewOn = View<S, MemoryOf<Device>>;

namespace detail {

/// The memory of what knows its shape and its batch; the host's, if it says none.
template <class Batch>
struct MemoryOfBatch {
    using type = HostMemory;
};
template <class Batch>
requires requires {
    typename Batch::memory;
}
struct MemoryOfBatch<Batch> {
    using type = typename Batch::memory;
};

/// What is wrong with a `Batch` where a `Wanted`, which is a view, is asked for and it is none.
template <class Batch, class Wanted>
consteval auto batch_verdict() {
    if constexpr (std::convertible_to<const Batch&, Wanted>)
        return why::no_fault<Wanted>{};
    else if constexpr (std::same_as<typename Batch::shape, typename Wanted::shape>)
        return why::batch_is_in_another_memory<why::got<typename MemoryOfBatch<Batch>::type>,
                                               why::wants<typename Wanted::memory>>{};
    else
        return why::batch_has_another_shape<why::got<typename Batch::shape>, why::wants<typename Wanted::shape>>{};
}

/// A batch that is refused with a sentence on why it is not the one that is asked for.
template <class Batch, class Wanted>
concept WrongBatch = !std::convertible_to<const Batch&, Wanted> && requires {
    typename Batch::shape;
};

}  // namespace detail

}  // namespace genotype::inline v0_1
