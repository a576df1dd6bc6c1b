// Functors that lie where a device's kernels read them.
#pragma once

#include "genotype/shape/both.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// Does what the functor there does.
template <class F>
struct DeviceResident {
    const F* f;

    template <class... V>
    constexpr void operator()(V&... values) const {
        (*f)(values...);
    }
};

/// The functor that lies so many bytes behind the first.
template <class F>
GENOTYPE_BOTH inline const F* functor_at(const F* first, long bytes) {
    return reinterpret_cast<const F*>(reinterpret_cast<const char*>(first) + bytes);
}

}  // namespace detail

/// update(device, n, *f, p...) with the functor that stands there when the kernel runs: a recorded step that takes its
/// numbers so takes others in each replay.
template <class Device, class F, class... P>
void update_by(Device device, long n, const F* f, P*... p) {
    if constexpr (Device::on_host)
        update(device, n, *f, p...);
    else
        update(device, n, detail::DeviceResident<F>{f}, p...);
}

/// GroupRanges of an array, one behind another, which two functors change in turns.
struct Turns {
    const long* ends;  // of all ranges, where the device's kernels read
    int count;
    int first;  // the functor of the first range, 0 or 1
};

/// update() of each range of n values, by the one of the two functors at `two` whose turn it is.
template <class Device, class F, class... P>
void update_in_turns(Device device, const Turns& turns, const F* two, long /*n*/, P*... p) {
    static_assert(Device::on_host, "a device with memory of its own has a kernel of its own for this");
    long first = 0;
    for (int at = 0; at < turns.count; ++at) {
        const long end = turns.ends[at];
        update(device, end - first, two[(turns.first + at) % 2], (p + first)...);
        first = end;
    }
}

/// GroupRanges of an array, one behind another, each of which one of several functors changes, or none.
struct GroupRanges {
    const long* ends;      // of all ranges, where the device's kernels read
    const long* functors;  // of each its functor's number, there too; below 0 it stays as it is
    int count;
};

/// update() of each range of n values, by its own functor; `functors` is the first, and one begins `apart` bytes
/// behind another.
template <class Device, class F, class... P>
void update_ranges(Device device, const GroupRanges& ranges, const F* functors, long apart, long /*n*/, P*... p) {
    static_assert(Device::on_host, "a device with memory of its own has a kernel of its own for this");
    long first = 0;
    for (int at = 0; at < ranges.count; ++at) {
        const long end = ranges.ends[at], number = ranges.functors[at];
        if (number >= 0) update(device, end - first, *detail::functor_at(functors, number * apart), (p + first)...);
        first = end;
    }
}

}  // namespace genotype::inline v0_1::kernels
