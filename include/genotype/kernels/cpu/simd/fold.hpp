// One value of all lanes of a vector.
#pragma once

#include <bit>

#include "genotype/kernels/cpu/simd/transpose.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Lane i of the result is lane i + by of the value, around its end.
template <int by, int... lane>
[[gnu::always_inline]] inline Vector rotate_lanes(const Vector& value, std::integer_sequence<int, lane...>) {
    const auto row = std::bit_cast<Lanes>(value);
    return std::bit_cast<Vector>(__builtin_shufflevector(row, row, ((lane + by) % square_side)...));
}

/// The lanes joined two by two: of 8 lanes, 0 with 4, 1 with 5, ..., then 0 with 2, ..., then 0 with 1.
template <int width = square_side / 2, class Join>
[[gnu::always_inline]] inline float fold_lanes(const Vector& value, const Join& join) {
    if constexpr (width == 0)
        return std::bit_cast<Lanes>(value)[0];
    else
        return fold_lanes<width / 2>(
            join(value, rotate_lanes<width>(value, std::make_integer_sequence<int, square_side>{})), join);
}

}  // namespace genotype::inline v0_1::kernels::detail
