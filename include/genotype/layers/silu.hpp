// The sigmoid linear unit, also called Swish.
#pragma once

#include "genotype/layers/activation.hpp"

namespace genotype::inline v0_1 {

/// x * sigmoid(x). PyTorch: nn.SiLU.
struct SiLU : Activation<SiLU> {
    static constexpr bool exceeds_0_to_1 = true;
    template <class V>
    static constexpr V value(V x) {
        return x * sigmoid(x);
    }
    template <class V>
    static constexpr V derivative(V x) {
        const auto [s, other] = sigmoids(x);
        return s + s * x * other;
    }
    template <class V>
    static constexpr V second_derivative(V x) {
        const auto [s, other] = sigmoids(x);
        const V bend = s * other;
        return bend * (V(2.f) + x * (other - s));
    }
};

}  // namespace genotype::inline v0_1
