// The exponential linear unit.
#pragma once

#include "genotype/layers/activation.hpp"

namespace genotype::inline v0_1 {

namespace detail {
struct EluFunction {
    float alpha;

    template <class V>
    constexpr V value(V x) const {
        return select(x > V(0.f), x, V(alpha) * expm1(x));
    }
    template <class V>
    constexpr V derivative(V y) const {
        return select(y > V(0.f), V(1.f), y + V(alpha));
    }
    template <class V>
    constexpr V second_derivative(V y) const {
        return select(y > V(0.f), V(0.f), y + V(alpha));
    }
};
}  // namespace detail

/// x where x > 0, otherwise alpha * (exp(x) - 1). PyTorch: nn.ELU(alpha).
/// Source: Clevert, Unterthiner, Hochreiter, "Fast and accurate deep network learning by exponential linear units
/// (ELUs)" (ICLR 2016).
template <float alpha = 1.f>
requires(alpha >= 0)  // the derivative is found from the sign of the output
    struct ELU : Activation<ELU<alpha>, DerivativeOf::output> {
    static constexpr bool exceeds_0_to_1 = true;
    static constexpr detail::EluFunction function() { return {alpha}; }
};

}  // namespace genotype::inline v0_1
