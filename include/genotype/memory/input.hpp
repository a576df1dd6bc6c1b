// A batch where a device reads it.
#pragma once

#include <algorithm>

#include "genotype/memory/sender.hpp"
#include "genotype/memory/tensor.hpp"
#include "genotype/memory/view.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// Brings batches of samples of shape `S` from the host's memory to the device's; on a device that computes in the
/// host's memory it does nothing and owns nothing.
template <ShapeType S, class Device>
class Input {
  public:
    explicit Input(int capacity)
        : sender_(Device::on_host ? 0 : capacity * S::count), copy_(Device::on_host ? 0 : capacity * S::count) {}

    /// The same batch on the device, until the next call. It may have `capacity` samples at most, and may change as
    /// soon as the call has returned.
    ViewOn<S, Device> take(View<S> batch) {
        if constexpr (Device::on_host) {
            return batch;
        } else {
            std::copy_n(batch.data, batch.size(), sender_.staging());
            sender_.send(batch.size(), copy_.data());
            return {copy_.data(), batch.batch};
        }
    }

  private:
    detail::StagingBuffer<Device> sender_;
    Arena<Device> copy_;
};

}  // namespace detail

/// A device's batch in the host's memory. PyTorch: x.cpu().
template <class Device, ShapeType S>
Tensor<S> on_host(ViewOn<S, Device> batch) {
    Tensor<S> copy(batch.batch);
    Device::download(batch.data, batch.size(), copy.data());
    return copy;
}

}  // namespace genotype::inline v0_1
