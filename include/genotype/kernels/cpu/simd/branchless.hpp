// Refuses functors that branch on vectors.
#pragma once

#include <concepts>
#include <type_traits>

#include "genotype/kernels/cpu/simd/vector.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Does nothing but have the compiler read what a functor does with vectors whose comparisons are no conditions. Those
/// of AVX-512 are: xsimd's `batch_bool` becomes an integer with a bit for each value there, so `x > V(0.f) ? x : y`
/// compiles, and chooses once for all values. With all other vectors the compiler says "could not convert", and so with
/// these. Called wherever a functor that may be a user's meets vectors, with `const float` for each value that it reads
/// and `float` for one that it writes.
template <class... In, class F>
constexpr void expect_branchless([[maybe_unused]] const F& f) {
#if defined(__AVX512F__)
    using Strict = xsimd::batch<float, xsimd::avx2>;
    static_assert(!std::convertible_to<xsimd::batch_bool<float, xsimd::avx2>, bool>);
    auto read = [&](std::conditional_t<std::is_const_v<In>, const Strict, Strict>&... values) {
        if constexpr (requires { f(values...); }) f(values...);
    };
    static_cast<void>(read);
#endif
}

}  // namespace genotype::inline v0_1::kernels::detail
