// Something for each index, shared out to threads.
#pragma once

#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class F>
void for_each_index(Cpu, long n, F f) {
#pragma omp parallel for schedule(static) if (n > 1)
    for (long i = 0; i < n; ++i) f(i);
}

}  // namespace genotype::inline v0_1::kernels
