// Winograd's transforms on vectors of channels: along one axis in a file for each number of taps, over a square here.
#pragma once

#include "genotype/kernels/cpu/matmul/tile.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// A transform over both axes of a square: `load(i)` gives value i of from x from, `store(i, value)` takes value i of
/// to x to. All values are loaded before one is stored.
template <class Transform, class Load, class Store>
[[gnu::always_inline]] inline void transform_square(Load load, Store store) {
    constexpr int from = Transform::from, to = Transform::to;
    ArrayOf<Vector, to * from> half;
#pragma GCC unroll 7
    for (int column = 0; column < from; ++column)
        Transform::apply([&](int row) { return load(row * from + column); },
                         [&](int row, const Vector& value) { half[row * from + column] = value; });
#pragma GCC unroll 7
    for (int row = 0; row < to; ++row)
        Transform::apply([&](int column) { return half[row * from + column]; },
                         [&](int column, const Vector& value) { store(row * to + column, value); });
}

}  // namespace genotype::inline v0_1::kernels::detail
