// Where threads run is thrust's own affair.
#pragma once

#include "genotype/kernels/portable/device.hpp"

namespace genotype::kernels {

/// See `spread_threads(Cpu)`.
template <class System>
void spread_threads(Thrust<System>) {}

}  // namespace genotype::kernels
