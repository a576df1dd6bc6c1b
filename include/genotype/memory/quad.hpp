// Four floats, and 4 x 4 of them, for what needs values to change places.
#pragma once

#include <cstring>

namespace genotype::inline v0_1::detail {

using Quad [[gnu::vector_size(16)]] = float;

inline Quad load_quad(const float* from) {
    Quad quad;
    std::memcpy(&quad, from, sizeof(Quad));
    return quad;
}

inline void store_quad(const Quad& quad, float* to) {
    std::memcpy(to, &quad, sizeof(Quad));
}

/// Four rows become four columns.
inline void transpose(Quad (&row)[4]) {
    const Quad low01 = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5);
    const Quad high01 = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
    const Quad low23 = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5);
    const Quad high23 = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);
    row[0] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
    row[1] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
    row[2] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
    row[3] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
}

/// to[i][j] = from[j][i], 4 x 4. The rows of each side lie a pitch apart.
inline void transpose_square(const float* from, long from_pitch, float* to, long to_pitch) {
    Quad rows[4] = {load_quad(from), load_quad(from + from_pitch), load_quad(from + 2 * from_pitch),
                    load_quad(from + 3 * from_pitch)};
    transpose(rows);
    store_quad(rows[0], to);
    store_quad(rows[1], to + to_pitch);
    store_quad(rows[2], to + 2 * to_pitch);
    store_quad(rows[3], to + 3 * to_pitch);
}

}  // namespace genotype::inline v0_1::detail
