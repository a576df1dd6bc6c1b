// Where threads run is thrust's own affair.
#pragma once

#include "genotype/kernels/portable/device.hpp"

namespace genotype::inline v0_1::kernels {

/// See `spread_threads(Cpu)`.
template <class System>
void spread_threads(Thrust<System>) {}

}  // namespace genotype::inline v0_1::kernels
