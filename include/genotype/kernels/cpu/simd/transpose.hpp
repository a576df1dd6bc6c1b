// Squares of as many rows and columns as a vector has lanes, turned over in registers.
#pragma once

#include <cstring>
#include <utility>

#include "genotype/kernels/cpu/simd/unroll.hpp"
#include "genotype/kernels/cpu/simd/vector.hpp"

namespace genotype::inline v0_1::kernels::detail {

inline constexpr int square_side = static_cast<int>(vector_size);

/// Exchanges the lanes of two rows that are `apart`: what the upper row has where a lane's number has that bit stays.
template <int apart, int... lane>
[[gnu::always_inline]] inline void exchange(Lanes& upper, Lanes& lower, std::integer_sequence<int, lane...>) {
    const Lanes first = __builtin_shufflevector(upper, lower, ((lane & apart) ? square_side + lane - apart : lane)...);
    lower = __builtin_shufflevector(upper, lower, ((lane & apart) ? square_side + lane : lane + apart)...);
    upper = first;
}

template <int apart>
[[gnu::always_inline]] inline void exchange_rows(Lanes (&rows)[square_side]) {
    if constexpr (apart < square_side) {
        unroll<square_side / 2>([&](auto i) {
            constexpr int row = i / apart * 2 * apart + i % apart;
            exchange<apart>(rows[row], rows[row + apart], std::make_integer_sequence<int, square_side>{});
        });
        exchange_rows<2 * apart>(rows);
    }
}

/// to[i][j] = from[j][i] of a square. The rows of each side lie a pitch apart.
template <class = void>
inline void transpose_square_of_lanes(const float* from, long from_pitch, float* to, long to_pitch) {
    Lanes rows[square_side];
    unroll<square_side>([&](auto i) { std::memcpy(&rows[i], from + i * from_pitch, sizeof(Lanes)); });
    exchange_rows<1>(rows);
    unroll<square_side>([&](auto i) { std::memcpy(to + i * to_pitch, &rows[i], sizeof(Lanes)); });
}

}  // namespace genotype::inline v0_1::kernels::detail
