// Winograd's transforms for two taps and four outputs, F(4, 2).
#pragma once

#include "genotype/kernels/cpu/conv/winograd_transform.hpp"

namespace genotype::inline v0_1::kernels::detail {

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

/// Along one axis. `apply(in, out)` reads value i as in(i) and writes value i by out(i, value); each value is read
/// before one is written.
struct TwoTaps {
    static constexpr int taps = 2, tile = 4;

    /// Bt.
    struct LargeToPoints {
        static constexpr int from = 5, to = 5;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector d0 = in(0), d1 = in(1), d2 = in(2), d3 = in(3), d4 = in(4);
            out(0, xsimd::fma(Vector(-1.5f), d1 + d2, d0 + d3));
            out(1, xsimd::fma(Vector(-2.0f), d1, d3 - d2));
            out(2, xsimd::fma(Vector(-2.5f), d2, d1 + d3));
            out(3, xsimd::fma(Vector(0.5f), d2 - d1, d3));
            out(4, xsimd::fma(Vector(-1.5f), d2 + d3, d1 + d4));
        }
    };

    /// B.
    struct PointsToLarge {
        static constexpr int from = 5, to = 5;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector m0 = in(0), m1 = in(1), m2 = in(2), m3 = in(3), m4 = in(4);
            const Vector minus(-1.5f);
            out(0, m0);
            out(1, xsimd::fma(minus, m0, xsimd::fma(Vector(-2.0f), m1, xsimd::fma(Vector(-0.5f), m3, m2 + m4))));
            out(2, xsimd::fma(minus, m0 + m4, xsimd::fma(Vector(-2.5f), m2, xsimd::fma(Vector(0.5f), m3, -m1))));
            out(3, xsimd::fma(minus, m4, (m0 + m1) + (m2 + m3)));
            out(4, m4);
        }
    };

    /// A.
    struct SmallToPoints {
        static constexpr int from = 4, to = 5;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector y0 = in(0), y1 = in(1), y2 = in(2), y3 = in(3), half(0.5f), two(2.0f);
            out(0, y0);
            out(1, xsimd::fma(half, xsimd::fma(half, xsimd::fma(half, y3, y2), y1), y0));
            out(2, (y0 + y2) - (y1 + y3));
            out(3, xsimd::fma(two, xsimd::fma(two, xsimd::fma(two, y3, y2), y1), y0));
            out(4, y3);
        }
    };

    /// At.
    struct PointsToSmall {
        static constexpr int from = 5, to = 4;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector m0 = in(0), m1 = in(1), m2 = in(2), m3 = in(3), m4 = in(4);
            out(0, (m0 + m1) + (m2 + m3));
            out(1, xsimd::fma(Vector(0.5f), m1, xsimd::fma(Vector(2.0f), m3, -m2)));
            out(2, xsimd::fma(Vector(0.25f), m1, xsimd::fma(Vector(4.0f), m3, m2)));
            out(3, xsimd::fma(Vector(0.125f), m1, xsimd::fma(Vector(8.0f), m3, m4 - m2)));
        }
    };

    /// G.
    struct TapsToPoints {
        static constexpr int from = 2, to = 5;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector g0 = in(0), g1 = in(1), two(2.0f);
            out(0, g0);
            out(1, Vector(-4.0f / 9) * xsimd::fma(two, g0, g1));
            out(2, Vector(2.0f / 9) * (g1 - g0));
            out(3, Vector(1.0f / 9) * xsimd::fma(two, g1, g0));
            out(4, g1);
        }
    };

    /// Gt.
    struct PointsToTaps {
        static constexpr int from = 5, to = 2;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector u0 = in(0), u1 = in(1), u2 = in(2), u3 = in(3), u4 = in(4);
            out(0, xsimd::fma(Vector(-8.0f / 9), u1,
                              xsimd::fma(Vector(-2.0f / 9), u2, xsimd::fma(Vector(1.0f / 9), u3, u0))));
            out(1, xsimd::fma(Vector(-4.0f / 9), u1, xsimd::fma(Vector(2.0f / 9), u2 + u3, u4)));
        }
    };
};

}  // namespace genotype::inline v0_1::kernels::detail
