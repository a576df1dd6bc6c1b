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

namespace genotype::kernels {

/// As many floats as the processor that the compiler was told of works on at once.
using Vector = xsimd::batch<float>;
inline constexpr long vector_size = static_cast<long>(Vector::size);

}  // namespace genotype::kernels
