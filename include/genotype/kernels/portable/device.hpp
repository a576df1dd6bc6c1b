// Devices whose kernels run over thrust, from one source: on this machine's processor, and on an NVIDIA GPU.
#pragma once

// Without nvcc thrust's own choice, CUDA, does not compile. Policies are always given, so this decides nothing else.
#if !defined(__CUDACC__) && !defined(THRUST_DEVICE_SYSTEM)
#define THRUST_DEVICE_SYSTEM 2  // OpenMP's
#endif

#include <thrust/system/cpp/execution_policy.h>
#include <thrust/system/omp/execution_policy.h>

#include "genotype/kernels/device.hpp"
#include "genotype/kernels/epilogue.hpp"
#include "genotype/shape/both.hpp"

namespace genotype::inline v0_1 {

/// A device whose kernels run on one of thrust's systems. A system says which memory it has, what policy it runs by,
/// how many neighbouring values of an elementwise kernel are one call, and in how many parts, tiles of a product or
/// splits of a sum, it wants what could also be made at one place: 1 where that place is a thread of the processor.
template <class System>
struct Thrust : System::Memory, kernels::DeviceBase {};

}  // namespace genotype::inline v0_1

namespace genotype::inline v0_1::kernels {

/// One thread of the processor.
struct CppSystem {
    using Memory = HostMemory;
    static constexpr long neighbours = 1024, parts = 1;
    static auto policy() { return thrust::cpp::par; }
};

/// All threads of the processor.
struct OmpSystem {
    using Memory = HostMemory;
    static constexpr long neighbours = 1024, parts = 1;
    static auto policy() { return thrust::omp::par; }
};

template <class System>
inline constexpr bool has_epilogues<Thrust<System>> = true;

}  // namespace genotype::inline v0_1::kernels

namespace genotype::inline v0_1 {

/// What tests the kernels of `Cuda` where there is no GPU; `Cpu` is the fast device of a processor. Results are the
/// same for every number of threads.
using ThrustCpp = Thrust<kernels::CppSystem>;
using ThrustOmp = Thrust<kernels::OmpSystem>;

}  // namespace genotype::inline v0_1
