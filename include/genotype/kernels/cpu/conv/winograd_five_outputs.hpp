// Winograd's transforms for three taps and five outputs, F(5, 3).
#pragma once

#include "genotype/kernels/cpu/conv/winograd_transform.hpp"

namespace genotype::inline v0_1::kernels::detail {

// As for four outputs, at the points 1/4, -1/4, 3/4, -3/4, 7/4, -7/4 and infinity, whose error is 1.6 times that of
// F(4, 3) here and below that of F(4, 3) at the usual points 0, 1, -1, 2, -2. With a, b, c = 1/16, 9/16, 49/16, the
// squares of the points, a pair of points p, -p has in Bt the odd part O = d5 - (b + c) d3 + bc d1, without the pair's
// own square, and the even part E of d4, d2, d0:
//
//     Bt = p E + O, p E - O for each pair, d6 - (a + b + c) d4 + (ab + ac + bc) d2 - abc d0 for infinity
//     G  = w (g0 + p g1 + p^2 g2), w (g0 - p g1 + p^2 g2) with w = 4/3, -8/15, 4/105, and g2
//     At = p^i in row i, and in the last row 1 for infinity
//
// 49 products for a square of 5 x 5 outputs, in place of 225. All numbers but w are floats without rounding.

/// See `TwoTaps`.
struct FiveOutputs {
    static constexpr int taps = 3, tile = 5;

    /// One value of each pair of points, with its factor.
    [[gnu::always_inline]] static Vector sum(float a, const Vector& of_a, float b, const Vector& of_b, float c,
                                             const Vector& of_c) {
        return xsimd::fma(Vector(a), of_a, xsimd::fma(Vector(b), of_b, Vector(c) * of_c));
    }

    /// Bt.
    struct LargeToPoints {
        static constexpr int from = 7, to = 7;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector d0 = in(0), d1 = in(1), d2 = in(2), d3 = in(3), d4 = in(4), d5 = in(5), d6 = in(6);
            auto pair = [&](int at, float point, float sum, float product) {
                const Vector p(point), less(-sum), more(product);
                const Vector even = xsimd::fma(more, d0, xsimd::fma(less, d2, d4));
                const Vector odd = xsimd::fma(more, d1, xsimd::fma(less, d3, d5));
                out(at, xsimd::fma(p, even, odd));
                out(at + 1, xsimd::fms(p, even, odd));
            };
            const Vector last =
                xsimd::fma(Vector(-441.0f / 4096), d0,
                           xsimd::fma(Vector(499.0f / 256), d2, xsimd::fma(Vector(-59.0f / 16), d4, d6)));
            pair(0, 0.25f, 58.0f / 16, 441.0f / 256);
            pair(2, 0.75f, 50.0f / 16, 49.0f / 256);
            pair(4, 1.75f, 10.0f / 16, 9.0f / 256);
            out(6, last);
        }
    };

    /// B.
    struct PointsToLarge {
        static constexpr int from = 7, to = 7;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector m0 = in(0), m1 = in(1), m2 = in(2), m3 = in(3), m4 = in(4), m5 = in(5), m6 = in(6);
            const Vector even_a = Vector(0.25f) * (m0 + m1), even_b = Vector(0.75f) * (m2 + m3);
            const Vector even_c = Vector(1.75f) * (m4 + m5), odd_a = m0 - m1, odd_b = m2 - m3, odd_c = m4 - m5;
            const float bc = 441.0f / 256, ac = 49.0f / 256, ab = 9.0f / 256;
            const float b_c = -58.0f / 16, a_c = -50.0f / 16, a_b = -10.0f / 16;
            out(0, xsimd::fma(Vector(-441.0f / 4096), m6, sum(bc, even_a, ac, even_b, ab, even_c)));
            out(1, sum(bc, odd_a, ac, odd_b, ab, odd_c));
            out(2, xsimd::fma(Vector(499.0f / 256), m6, sum(b_c, even_a, a_c, even_b, a_b, even_c)));
            out(3, sum(b_c, odd_a, a_c, odd_b, a_b, odd_c));
            out(4, xsimd::fma(Vector(-59.0f / 16), m6, even_a + even_b + even_c));
            out(5, odd_a + odd_b + odd_c);
            out(6, m6);
        }
    };

    /// A.
    struct SmallToPoints {
        static constexpr int from = 5, to = 7;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector y0 = in(0), y1 = in(1), y2 = in(2), y3 = in(3), y4 = in(4);
            auto pair = [&](int at, float p) {
                const Vector even = xsimd::fma(Vector(p * p), xsimd::fma(Vector(p * p), y4, y2), y0);
                const Vector odd = Vector(p) * xsimd::fma(Vector(p * p), y3, y1);
                out(at, even + odd);
                out(at + 1, even - odd);
            };
            pair(0, 0.25f);
            pair(2, 0.75f);
            pair(4, 1.75f);
            out(6, y4);
        }
    };

    /// At.
    struct PointsToSmall {
        static constexpr int from = 7, to = 5;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector m0 = in(0), m1 = in(1), m2 = in(2), m3 = in(3), m4 = in(4), m5 = in(5), m6 = in(6);
            const Vector sum_a = m0 + m1, sum_b = m2 + m3, sum_c = m4 + m5;
            const Vector gap_a = m0 - m1, gap_b = m2 - m3, gap_c = m4 - m5;
            out(0, sum_a + sum_b + sum_c);
            out(1, sum(0.25f, gap_a, 0.75f, gap_b, 1.75f, gap_c));
            out(2, sum(1.0f / 16, sum_a, 9.0f / 16, sum_b, 49.0f / 16, sum_c));
            out(3, sum(1.0f / 64, gap_a, 27.0f / 64, gap_b, 343.0f / 64, gap_c));
            out(4, m6 + sum(1.0f / 256, sum_a, 81.0f / 256, sum_b, 2401.0f / 256, sum_c));
        }
    };

    /// G.
    struct TapsToPoints {
        static constexpr int from = 3, to = 7;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector g0 = in(0), g1 = in(1), g2 = in(2);
            auto pair = [&](int at, float p, float weight) {
                const Vector even = xsimd::fma(Vector(p * p), g2, g0), by(weight);
                out(at, by * xsimd::fma(Vector(p), g1, even));
                out(at + 1, by * xsimd::fnma(Vector(p), g1, even));
            };
            pair(0, 0.25f, 4.0f / 3);
            pair(2, 0.75f, -8.0f / 15);
            pair(4, 1.75f, 4.0f / 105);
            out(6, g2);
        }
    };

    /// Gt.
    struct PointsToTaps {
        static constexpr int from = 7, to = 3;
        template <class In, class Out>
        [[gnu::always_inline]] static void apply(In in, Out out) {
            const Vector u0 = in(0), u1 = in(1), u2 = in(2), u3 = in(3), u4 = in(4), u5 = in(5), u6 = in(6);
            const Vector by_a(4.0f / 3), by_b(-8.0f / 15), by_c(4.0f / 105);
            const Vector sum_a = by_a * (u0 + u1), sum_b = by_b * (u2 + u3), sum_c = by_c * (u4 + u5);
            const Vector gap_a = by_a * (u0 - u1), gap_b = by_b * (u2 - u3), gap_c = by_c * (u4 - u5);
            out(0, sum_a + sum_b + sum_c);
            out(1, sum(0.25f, gap_a, 0.75f, gap_b, 1.75f, gap_c));
            out(2, u6 + sum(1.0f / 16, sum_a, 9.0f / 16, sum_b, 49.0f / 16, sum_c));
        }
    };
};

}  // namespace genotype::inline v0_1::kernels::detail
