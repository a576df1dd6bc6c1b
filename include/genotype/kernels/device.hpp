// Where a model runs. A device is a tag: every kernel is a free function whose first argument is the tag.
#pragma once

#include "genotype/memory/host_memory.hpp"

namespace genotype::inline v0_1 {
namespace kernels {

/// What every device derives from, so that a call with its tag finds the kernels by the argument alone: layers call
/// `convolve(device, ...)`, and a user's program has `map`, `sum` or `update` to itself.
struct DeviceBase {
    static constexpr bool modulates_norms = false;  // see kernels/norm_modulation.hpp
    static constexpr bool joins_gradients = false;  // see network/residual.hpp
};

}  // namespace kernels

/// SIMD (xsimd) and OpenMP on this machine's processor. Results are the same for every number of threads.
struct Cpu : HostMemory, kernels::DeviceBase {
    static constexpr bool modulates_norms = true;
    static constexpr bool joins_gradients = true;
};

/// Plain loops that can be checked by eye: the oracle that every other device is tested against.
struct Reference : HostMemory, kernels::DeviceBase {};

}  // namespace genotype::inline v0_1
