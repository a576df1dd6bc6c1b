// The smooth rectifier.
#pragma once

#include "genotype/layers/activation.hpp"

namespace genotype::inline v0_1 {

/// log(1 + exp(x)), and x itself above 20. PyTorch: nn.Softplus() with beta 1 and threshold 20.
struct Softplus : Activation<Softplus> {
    static constexpr bool exceeds_0_to_1 = true;
    template <class V>
    static constexpr V value(V x) {
        return select(x > V(20.f), x, softplus(x));
    }
    template <class V>
    static constexpr V derivative(V x) {
        return select(x > V(20.f), V(1.f), sigmoid(x));
    }
    template <class V>
    static constexpr V second_derivative(V x) {
        const auto [s, other] = sigmoids(x);
        return select(x > V(20.f), V(0.f), s * other);
    }
};

}  // namespace genotype::inline v0_1
