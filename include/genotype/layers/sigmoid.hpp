// The logistic function.
#pragma once

#include "genotype/layers/activation.hpp"

namespace genotype::inline v0_1 {

/// 1 / (1 + exp(-x)). PyTorch: nn.Sigmoid.
struct Sigmoid : Activation<Sigmoid, DerivativeOf::output> {
    template <class V>
    static constexpr V value(V x) {
        return sigmoid(x);
    }
    template <class V>
    static constexpr V derivative(V y) {
        return y * (V(1.f) - y);
    }
    template <class V>
    static constexpr V second_derivative(V y) {
        return y * (V(1.f) - y) * (V(1.f) - y - y);
    }
};

}  // namespace genotype::inline v0_1
