// What goes from the host's memory to a device's again and again: batches, tokens, the numbers of a step.
#pragma once

#include <cstring>
#include <type_traits>

#include "genotype/memory/arena.hpp"

namespace genotype::inline v0_1::detail {

/// Floats that have room for so many values of type T.
template <class T>
constexpr long floats_for(long values) {
    static_assert(std::is_trivially_copyable_v<T>);
    return (values * static_cast<long>(sizeof(T)) + static_cast<long>(sizeof(float)) - 1) /
           static_cast<long>(sizeof(float));
}

/// The way of up to `floats` floats to a device with memory of its own. On `Cuda` (see cuda_transfer.hpp) no thread
/// waits.
template <class Device>
class StagingBuffer {
  public:
    explicit StagingBuffer(long floats) : here_(floats) {}

    /// Where the host writes what is sent next.
    float* staging() { return here_.data(); }

    /// Sends the first `floats` of it. The kernels that are called afterwards find them at `to`.
    void send(long floats, float* to) { Device::upload(here_.data(), floats, to); }

  private:
    Arena<> here_;
};

/// Up to `most` values of type T where the device's kernels read them.
template <class T, class Device>
class Sent {
  public:
    explicit Sent(long most) : there_(floats_for<T>(most)), sender_(floats_for<T>(most)) {}

    /// Where the host writes them; all that are sent have to be written anew.
    T* staging() { return reinterpret_cast<T*>(sender_.staging()); }
    /// To be called after the first `count` were written.
    void send(long count) { sender_.send(floats_for<T>(count), there_.data()); }
    void send_one(const T& value) {
        *staging() = value;
        send(1);
    }

    /// Where kernels read them; not for the host.
    const T* data() const { return reinterpret_cast<const T*>(there_.data()); }

  private:
    Arena<Device> there_;
    StagingBuffer<Device> sender_;
};

/// On a device that computes in the host's memory they simply lie there.
template <class T, class Device>
requires Device::on_host
class Sent<T, Device> {
  public:
    explicit Sent(long most) : here_(floats_for<T>(most)) {}

    T* staging() { return reinterpret_cast<T*>(here_.data()); }
    void send(long) {}
    void send_one(const T& value) { *staging() = value; }
    const T* data() const { return reinterpret_cast<const T*>(here_.data()); }

  private:
    Arena<> here_;
};

}  // namespace genotype::inline v0_1::detail
