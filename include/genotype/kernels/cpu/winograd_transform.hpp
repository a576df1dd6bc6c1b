// Winograd's transforms for two taps and four outputs, F(4, 2), on vectors of channels.
#pragma once

#include "genotype/kernels/cpu/tile.hpp"

namespace genotype::detail {

// Two polynomials are multiplied by their values at the points 0, 1/2, -1, 2 and infinity. These points lose two to
// four times less to rounding than 0, 1, -1, 1/2. With the matrices
//
//     Bt = 1 -1.5 -1.5  1   0      G =  1     0        At = 1  1    1  1  0
//          0  -2   -1   1   0         -8/9  -4/9            0 1/2  -1  2  0
//          0   1  -2.5  1   0         -2/9   2/9            0 1/4   1  4  0
//          0 -0.5  0.5  1   0          1/9   2/9            0 1/8  -1  8  1
//          0   1  -1.5 -1.5 1           0     1
//
// four outputs of a correlation are y = At [(G g) . (Bt d)]: 5 products in place of 8, and 25 in place of 64 for a
// square. The other directions are the adjoint: d = B [(G g) . (A y)], g = Gt [(Bt d) . (A y)].
// Source: Winograd, "Arithmetic complexity of computations" (1980); Lavin and Gray, "Fast algorithms for convolutional
// neural networks" (2016). The strided case over phases: Yepez and Ko (2020).

/// Bt.
struct LargeToPoints {
    static constexpr int from = 5, to = 5;
    [[gnu::always_inline]] static void apply(const Vector* d, Vector* v) {
        v[0] = xsimd::fma(Vector(-1.5f), d[1] + d[2], d[0] + d[3]);
        v[1] = xsimd::fma(Vector(-2.0f), d[1], d[3] - d[2]);
        v[2] = xsimd::fma(Vector(-2.5f), d[2], d[1] + d[3]);
        v[3] = xsimd::fma(Vector(0.5f), d[2] - d[1], d[3]);
        v[4] = xsimd::fma(Vector(-1.5f), d[2] + d[3], d[1] + d[4]);
    }
};

/// B.
struct PointsToLarge {
    static constexpr int from = 5, to = 5;
    [[gnu::always_inline]] static void apply(const Vector* m, Vector* d) {
        d[0] = m[0];
        d[1] = xsimd::fma(Vector(-1.5f), m[0],
                          xsimd::fma(Vector(-2.0f), m[1], xsimd::fma(Vector(-0.5f), m[3], m[2] + m[4])));
        d[2] = xsimd::fma(Vector(-1.5f), m[0] + m[4],
                          xsimd::fma(Vector(-2.5f), m[2], xsimd::fma(Vector(0.5f), m[3], -m[1])));
        d[3] = xsimd::fma(Vector(-1.5f), m[4], (m[0] + m[1]) + (m[2] + m[3]));
        d[4] = m[4];
    }
};

/// A.
struct SmallToPoints {
    static constexpr int from = 4, to = 5;
    [[gnu::always_inline]] static void apply(const Vector* y, Vector* z) {
        const Vector half(0.5f), two(2.0f);
        z[0] = y[0];
        z[1] = xsimd::fma(half, xsimd::fma(half, xsimd::fma(half, y[3], y[2]), y[1]), y[0]);
        z[2] = (y[0] + y[2]) - (y[1] + y[3]);
        z[3] = xsimd::fma(two, xsimd::fma(two, xsimd::fma(two, y[3], y[2]), y[1]), y[0]);
        z[4] = y[3];
    }
};

/// At.
struct PointsToSmall {
    static constexpr int from = 5, to = 4;
    [[gnu::always_inline]] static void apply(const Vector* m, Vector* y) {
        y[0] = (m[0] + m[1]) + (m[2] + m[3]);
        y[1] = xsimd::fma(Vector(0.5f), m[1], xsimd::fma(Vector(2.0f), m[3], -m[2]));
        y[2] = xsimd::fma(Vector(0.25f), m[1], xsimd::fma(Vector(4.0f), m[3], m[2]));
        y[3] = xsimd::fma(Vector(0.125f), m[1], xsimd::fma(Vector(8.0f), m[3], m[4] - m[2]));
    }
};

/// G.
struct TapsToPoints {
    static constexpr int from = 2, to = 5;
    [[gnu::always_inline]] static void apply(const Vector* g, Vector* u) {
        u[0] = g[0];
        u[1] = Vector(-4.0f / 9) * xsimd::fma(Vector(2.0f), g[0], g[1]);
        u[2] = Vector(2.0f / 9) * (g[1] - g[0]);
        u[3] = Vector(1.0f / 9) * xsimd::fma(Vector(2.0f), g[1], g[0]);
        u[4] = g[1];
    }
};

/// Gt.
struct PointsToTaps {
    static constexpr int from = 5, to = 2;
    [[gnu::always_inline]] static void apply(const Vector* u, Vector* g) {
        g[0] = xsimd::fma(Vector(-8.0f / 9), u[1],
                          xsimd::fma(Vector(-2.0f / 9), u[2], xsimd::fma(Vector(1.0f / 9), u[3], u[0])));
        g[1] = xsimd::fma(Vector(-4.0f / 9), u[1], xsimd::fma(Vector(2.0f / 9), u[2] + u[3], u[4]));
    }
};

/// A transform over both axes of a square: `load(i)` gives value i of from x from, `store(i, value)` takes value i of
/// to x to. All values are loaded before one is stored.
template <class Transform, class Load, class Store>
[[gnu::always_inline]] inline void transform_square(Load load, Store store) {
    constexpr int from = Transform::from, to = Transform::to;
    Vector half[to * from];
    unroll<from>([&](auto column) {
        Vector before[from], after[to];
        unroll<from>([&](auto row) { before[row] = load(std::integral_constant<int, row * from + column>{}); });
        Transform::apply(before, after);
        unroll<to>([&](auto row) { half[row * from + column] = after[row]; });
    });
    unroll<to>([&](auto row) {
        Vector after[to];
        Transform::apply(half + row * from, after);
        unroll<to>([&](auto column) { store(std::integral_constant<int, row * to + column>{}, after[column]); });
    });
}

}  // namespace genotype::detail
