// Something for each index, in a plain loop.
#pragma once

#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// Calls f(i) for i from 0 to n - 1, in any order and on many threads at a time. For kernels of which one source is
/// fast enough: each call of f has something to do.
template <class F>
void for_each_index(Reference, long n, F f) {
    for (long i = 0; i < n; ++i) f(i);
}

}  // namespace genotype::inline v0_1::kernels
