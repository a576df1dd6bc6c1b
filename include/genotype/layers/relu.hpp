// The rectifier.
#pragma once

#include "genotype/kernels/epilogue.hpp"
#include "genotype/layers/activation.hpp"

namespace genotype::inline v0_1 {

/// max(x, 0). PyTorch: nn.ReLU.
struct ReLU : Activation<ReLU, DerivativeOf::output> {
    static constexpr bool exceeds_0_to_1 = true;
    static constexpr bool is_homogeneous = true;
    template <class V>
    static constexpr V value(V x) {
        return select(x <= V(0.f), V(0.f), x);  // this way round, NaN stays NaN
    }
    template <class V>
    static constexpr V derivative(V y) {
        return select(y <= V(0.f), V(0.f), V(1.f));
    }
    template <class V>
    static constexpr V second_derivative(V) {
        return V(0.f);
    }
};

template <>
inline constexpr kernels::KnownFunction kernels::known_function<decltype(ReLU::function_of_input())> =
    kernels::KnownFunction::relu;

}  // namespace genotype::inline v0_1
