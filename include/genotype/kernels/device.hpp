// Where a model runs. A device is a tag: every kernel is a free function whose first argument is the tag.
#pragma once

#include "genotype/tensor/host_memory.hpp"

namespace genotype {

/// SIMD (xsimd) and OpenMP on this machine's processor. Results are the same for every number of threads.
struct Cpu : HostMemory {};

/// Plain loops that can be checked by eye: the oracle that every other device is tested against.
struct Reference : HostMemory {};

}  // namespace genotype
