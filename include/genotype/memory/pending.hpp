// Some numbers that a device has made, for a host that need not wait for them.
#pragma once

#include <cstdint>
#include <type_traits>

#include "genotype/memory/host_memory.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// Numbers on their way to the host, and which of them they are: another set may have come to the same place since.
struct FetchedFloats {
    static constexpr int most = 8;

    float values[most] = {};
    std::int64_t number = 0;
};

/// The way back of a few floats. The last two sets can be read. On `Cuda` (see cuda_transfer.hpp) fetch() does not
/// wait.
template <class Device>
class StagedCopy {
  public:
    /// What says when the numbers are there.
    struct PendingCopy {
        const FetchedFloats* floats;
        std::int64_t number;

        void wait() const {}
    };

    /// Fetches `count` floats, up to `FetchedFloats::most`, as they are after the kernels that were called before.
    PendingCopy fetch(const float* from, int count) {
        FetchedFloats& to = sets_[++number_ % 2];
        Device::download(from, count, to.values);
        to.number = number_;
        return {&to, number_};
    }

  private:
    std::int64_t number_ = 0;
    FetchedFloats sets_[2];
};

}  // namespace detail

/// What a step reports, on a device that has not come that far when the step's call returns. It waits when it is read:
/// whoever reads the losses of a step after the next one's call keeps the device at work. To be read before the call
/// after that, and while the trainer lives where it was.
template <class Losses, class Device>
class Pending {
  public:
    using Make = Losses (*)(const float* values, int samples);

    Pending(typename detail::StagedCopy<Device>::PendingCopy pending, Make make, int samples)
        : pending_(pending), make_(make), samples_(samples) {}

    /// Throws `Error` where two steps have been called since.
    Losses get() const {
        pending_.wait();
        if (pending_.floats->number != pending_.number)
            fail("Pending", "losses of step", pending_.floats->number, "read before two other steps are called");
        return make_(pending_.floats->values, samples_);
    }
    operator Losses() const { return get(); }

  private:
    typename detail::StagedCopy<Device>::PendingCopy pending_;
    Make make_;
    int samples_;
};

template <class Losses, class Device>
using Later [[deprecated("take Pending")]] = Pending<Losses, Device>;

namespace detail {

/// What a trainer's step returns: the losses, or what becomes them.
template <class Losses, class Device>
using Reported = std::conditional_t<Device::on_host, Losses, Pending<Losses, Device>>;

/// The losses that `make` reads from `count` floats in the device's memory.
template <class Losses, class Device>
Reported<Losses, Device> report(StagedCopy<Device>& fetcher, const float* from, int count,
                                Losses (*make)(const float*, int), int samples) {
    if constexpr (Device::on_host)
        return make(from, samples);
    else
        return {fetcher.fetch(from, count), make, samples};
}

}  // namespace detail

}  // namespace genotype::inline v0_1
