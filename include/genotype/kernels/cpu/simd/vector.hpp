// The vector of floats that the elementwise kernels work on.
#pragma once

// GCC 12 takes the undefined registers in its own AVX-512 intrinsics for mistakes.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <xsimd/xsimd.hpp>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include "genotype/kernels/math.hpp"

namespace genotype::inline v0_1::kernels {

/// As many floats as the processor that is compiled for works on at once.
using Vector = xsimd::batch<float>;
inline constexpr long vector_size = static_cast<long>(Vector::size);

namespace detail {

/// The same as the compiler's own type, whose lanes can change places.
using Lanes [[gnu::vector_size(sizeof(Vector))]] = float;

}  // namespace detail

#if defined(__AVX512F__)

/// exp(-|x|) cannot overflow, and AVX-512 multiplies by a power of two in one instruction.
template <>
struct SigmoidParts<Vector> {
    /// The steps of xsimd's exp (those of Cephes' expf), less its bounds.
    static Vector decay(const Vector& x) {
        const Vector exponent = x | Vector(-0.f);
        const Vector power = xsimd::nearbyint(exponent * Vector(1.44269504f));
        const Vector near = xsimd::fma(power, Vector(-0.693359375f), exponent);
        const Vector rest = xsimd::fma(power, Vector(2.12194440e-4f), near);
        Vector curve = xsimd::fma(Vector(1.3997796e-03f), rest, Vector(8.3955629e-03f));
        curve = xsimd::fma(curve, rest, Vector(4.1665401e-02f));
        curve = xsimd::fma(curve, rest, Vector(1.6666277e-01f));
        curve = xsimd::fma(curve, rest, Vector(0.5f));
        const Vector whole = xsimd::fma(curve, rest * rest, rest) + Vector(1.f);
        // 0 where the power is too small, and NaN where it is NaN.
        const __mmask16 normal = _mm512_cmp_ps_mask(power, Vector(-127.f), _CMP_NLE_UQ);
        return _mm512_maskz_scalef_ps(normal, whole, power);
    }
    /// The remainder of a product with the inverse rounds as a division does (Markstein, 1990), and takes less time.
    static Vector share(const Vector& decay, const Vector& whole, const Vector& inverse) {
        const Vector near = decay * inverse;
        return _mm512_fmadd_ps(_mm512_fnmadd_ps(whole, near, decay), inverse, near);
    }
};

#endif

}  // namespace genotype::inline v0_1::kernels
