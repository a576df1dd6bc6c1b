// Winograd's transforms for three taps and four outputs, F(4, 3).
#pragma once

#include "genotype/kernels/cpu/conv/winograd_transform.hpp"

namespace genotype::inline v0_1::kernels::detail {

// As for two taps, at the points 0, 1/2, -1/2, 2, -2 and infinity, which lose three times less to rounding than
// 0, 1, -1, 2, -2:
//
//     Bt = 1   0  -17/4   0    1   0    G =   1      0      0      At = 1  1    1    1  1  0
//          0  -2   -4    1/2   1   0        -8/15  -4/15  -2/15         0 1/2 -1/2   2 -2  0
//          0   2   -4   -1/2   1   0        -8/15   4/15  -2/15         0 1/4  1/4   4  4  0
//          0 -1/2 -1/4    2    1   0         1/30   1/15   2/15         0 1/8 -1/8   8 -8  1
//          0  1/2 -1/4   -2    1   0         1/30  -1/15   2/15
//          0   1    0   -17/4  0   1          0      0      1
//
// 36 products for a square of 4 x 4 outputs, in place of 144. Points of opposite sign share their even and odd parts.

/// See `TwoTaps`.
struct ThreeTaps {
    static constexpr int taps = 3, tile = 4;

    /// Bt.
    struct LargeToPoints {
        static constexpr int from = 6, to = 6;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector d1 = in(1), d2 = in(2), d3 = in(3), d4 = in(4), much(-4.25f);
            const Vector even_half = xsimd::fma(Vector(-4.0f), d2, d4), even_two = xsimd::fma(Vector(-0.25f), d2, d4);
            const Vector odd_half = xsimd::fma(Vector(-2.0f), d1, Vector(0.5f) * d3);
            const Vector odd_two = xsimd::fma(Vector(-0.5f), d1, Vector(2.0f) * d3);
            const Vector first = xsimd::fma(much, d2, in(0) + d4), last = xsimd::fma(much, d3, d1 + in(5));
            out(0, first);
            out(1, even_half + odd_half);
            out(2, even_half - odd_half);
            out(3, even_two + odd_two);
            out(4, even_two - odd_two);
            out(5, last);
        }
    };

    /// B.
    struct PointsToLarge {
        static constexpr int from = 6, to = 6;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector m0 = in(0), m1 = in(1), m2 = in(2), m3 = in(3), m4 = in(4), m5 = in(5), much(-4.25f);
            const Vector half_sum = m1 + m2, half_gap = m1 - m2, two_sum = m3 + m4, two_gap = m3 - m4;
            out(0, m0);
            out(1, xsimd::fma(Vector(-2.0f), half_gap, xsimd::fma(Vector(-0.5f), two_gap, m5)));
            out(2, xsimd::fma(much, m0, xsimd::fma(Vector(-4.0f), half_sum, Vector(-0.25f) * two_sum)));
            out(3, xsimd::fma(much, m5, xsimd::fma(Vector(0.5f), half_gap, Vector(2.0f) * two_gap)));
            out(4, m0 + (half_sum + two_sum));
            out(5, m5);
        }
    };

    /// A.
    struct SmallToPoints {
        static constexpr int from = 4, to = 6;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector y0 = in(0), y1 = in(1), y2 = in(2), y3 = in(3);
            const Vector even_half = xsimd::fma(Vector(0.25f), y2, y0), even_two = xsimd::fma(Vector(4.0f), y2, y0);
            const Vector odd_half = xsimd::fma(Vector(0.5f), y1, Vector(0.125f) * y3);
            const Vector odd_two = xsimd::fma(Vector(2.0f), y1, Vector(8.0f) * y3);
            out(0, y0);
            out(1, even_half + odd_half);
            out(2, even_half - odd_half);
            out(3, even_two + odd_two);
            out(4, even_two - odd_two);
            out(5, y3);
        }
    };

    /// At.
    struct PointsToSmall {
        static constexpr int from = 6, to = 4;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector m1 = in(1), m2 = in(2), m3 = in(3), m4 = in(4), m5 = in(5);
            const Vector half_sum = m1 + m2, half_gap = m1 - m2, two_sum = m3 + m4, two_gap = m3 - m4;
            out(0, in(0) + (half_sum + two_sum));
            out(1, xsimd::fma(Vector(0.5f), half_gap, Vector(2.0f) * two_gap));
            out(2, xsimd::fma(Vector(0.25f), half_sum, Vector(4.0f) * two_sum));
            out(3, xsimd::fma(Vector(0.125f), half_gap, xsimd::fma(Vector(8.0f), two_gap, m5)));
        }
    };

    /// G.
    struct TapsToPoints {
        static constexpr int from = 3, to = 6;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector g0 = in(0), g1 = in(1), g2 = in(2), two(2.0f), half(0.5f);
            const Vector even_half = xsimd::fma(Vector(0.25f), g2, g0), even_two = xsimd::fma(Vector(4.0f), g2, g0);
            const Vector by_half(-8.0f / 15), by_two(1.0f / 30);
            out(0, g0);
            out(1, by_half * xsimd::fma(half, g1, even_half));
            out(2, by_half * xsimd::fnma(half, g1, even_half));
            out(3, by_two * xsimd::fma(two, g1, even_two));
            out(4, by_two * xsimd::fnma(two, g1, even_two));
            out(5, g2);
        }
    };

    /// Gt.
    struct PointsToTaps {
        static constexpr int from = 6, to = 3;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector u0 = in(0), u1 = in(1), u2 = in(2), u3 = in(3), u4 = in(4), u5 = in(5);
            const Vector by_half(-8.0f / 15), by_two(1.0f / 30);
            const Vector half_sum = by_half * (u1 + u2), half_gap = by_half * (u1 - u2);
            const Vector two_sum = by_two * (u3 + u4), two_gap = by_two * (u3 - u4);
            out(0, u0 + (half_sum + two_sum));
            out(1, xsimd::fma(Vector(0.5f), half_gap, Vector(2.0f) * two_gap));
            out(2, xsimd::fma(Vector(0.25f), half_sum, xsimd::fma(Vector(4.0f), two_sum, u5)));
        }
    };
};

}  // namespace genotype::inline v0_1::kernels::detail
