// The Gaussian error linear unit.
#pragma once

#include "genotype/layers/activation.hpp"

namespace genotype::inline v0_1 {

/// x times the normal distribution's cumulative function, by erf. PyTorch: nn.GELU().
/// Source: Hendrycks, Gimpel, "Gaussian error linear units" (2016).
struct GELU : Activation<GELU> {
    static constexpr bool exceeds_0_to_1 = true;
    template <class V>
    static constexpr V value(V x) {
        return x * cumulative(x);
    }
    template <class V>
    static constexpr V derivative(V x) {
        const V density = V(0.3989422804f) * exp(V(-0.5f) * x * x);  // 1 / sqrt(2 pi)
        return cumulative(x) + x * density;
    }
    template <class V>
    static constexpr V second_derivative(V x) {
        const V density = V(0.3989422804f) * exp(V(-0.5f) * x * x);
        return density * (V(2.f) - x * x);
    }

  private:
    template <class V>
    static constexpr V cumulative(V x) {
        return V(0.5f) * erfc(x * V(-0.7071067812f));  // 1 / sqrt(2)
    }
};

}  // namespace genotype::inline v0_1
