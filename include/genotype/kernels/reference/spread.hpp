// A core for each thread, of which there is one.
#pragma once

#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// See `spread_threads(Cpu)`.
template <class = void>
inline void spread_threads(Reference) {}

}  // namespace genotype::inline v0_1::kernels
