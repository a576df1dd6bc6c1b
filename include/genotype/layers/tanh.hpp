// The hyperbolic tangent.
#pragma once

#include "genotype/layers/activation.hpp"

namespace genotype::inline v0_1 {

/// tanh(x). PyTorch: nn.Tanh.
struct Tanh : Activation<Tanh, DerivativeOf::output> {
    static constexpr bool exceeds_0_to_1 = true;
    template <class V>
    static constexpr V value(V x) {
        return tanh(x);
    }
    template <class V>
    static constexpr V derivative(V y) {
        return V(1.f) - y * y;
    }
    template <class V>
    static constexpr V second_derivative(V y) {
        return V(-2.f) * y * (V(1.f) - y * y);
    }
};

}  // namespace genotype::inline v0_1
