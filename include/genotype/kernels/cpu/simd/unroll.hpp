// Loops of constant length that leave no loop behind.
#pragma once

#include <type_traits>
#include <utility>

#include "genotype/kernels/array_of.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Calls f(0), ..., f(count - 1) with constants, so that arrays indexed by them live in registers. (Without the inner
/// attribute GCC 12 keeps them in memory before and after loops.)
template <int count, class F>
[[gnu::always_inline]] inline void unroll(F f) {
    [&]<int... index>(std::integer_sequence<int, index...>) __attribute__((always_inline)) {
        (f(std::integral_constant<int, index>{}), ...);
    }
    (std::make_integer_sequence<int, count>{});
}

}  // namespace genotype::inline v0_1::kernels::detail
