// The rectifier that lets a part of the negative values through.
#pragma once

#include "genotype/layers/activation.hpp"

namespace genotype::inline v0_1 {

namespace detail {
struct LeakyReluFunction {
    float negative_slope;

    template <class V>
    constexpr V value(V x) const {
        return select(x > V(0.f), x, x * V(negative_slope));
    }
    template <class V>
    constexpr V derivative(V y) const {
        return select(y > V(0.f), V(1.f), V(negative_slope));
    }
    template <class V>
    constexpr V second_derivative(V) const {
        return V(0.f);
    }
};
}  // namespace detail

/// x where x > 0, otherwise negative_slope * x. PyTorch: nn.LeakyReLU(negative_slope).
template <float negative_slope = 0.01f>
requires(negative_slope >= 0)  // the derivative is found from the sign of the output
    struct LeakyReLU : Activation<LeakyReLU<negative_slope>, DerivativeOf::output> {
    static constexpr bool exceeds_0_to_1 = true;
    static constexpr bool is_homogeneous = true;
    static constexpr detail::LeakyReluFunction function() { return {negative_slope}; }
};

}  // namespace genotype::inline v0_1
