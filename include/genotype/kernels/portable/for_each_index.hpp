// Something for each index over thrust.
#pragma once

#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System, class F>
void for_each_index(Thrust<System> device, long n, F f) {
    detail::each(device, n, f);
}

}  // namespace genotype::inline v0_1::kernels
