// The Gaussian error linear unit, approximated by a hyperbolic tangent.
#pragma once

#include "genotype/kernels/epilogue.hpp"
#include "genotype/layers/activation.hpp"

namespace genotype::inline v0_1 {

/// x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), what GPT-2 was trained with. PyTorch: nn.GELU(approximate="tanh");
/// transformers: "gelu_new", "gelu_pytorch_tanh".
/// Source: Hendrycks, Gimpel, "Gaussian error linear units" (2016).
struct GELUTanh : Activation<GELUTanh> {
    static constexpr bool exceeds_0_to_1 = true;
    // (1 + tanh(u)) / 2 is sigmoid(2u), which keeps its digits where tanh(u) is near -1.
    template <class V>
    static constexpr V value(V x) {
        return x * sigmoid(twice_argument(x));
    }
    template <class V>
    static constexpr V derivative(V x) {
        const auto [s, other] = sigmoids(twice_argument(x));
        const V near = max(V(-16.f), min(V(16.f), x));  // beyond, s * other is 0, and x^3 not yet infinite here
        return s + near * s * other * (V(1.5957691216f) + V(0.2140644488f) * near * near);
    }
    template <class V>
    static constexpr V second_derivative(V x) {
        const V near = max(V(-16.f), min(V(16.f), x)), square = near * near;
        const auto [s, other] = sigmoids(twice_argument(near));
        const V first = V(1.5957691216f) + V(0.2140644488f) * square, bend = V(0.4281288976f) * near;
        return s * other * (V(2.f) * first + near * ((other - s) * first * first + bend));
    }

  private:
    template <class V>
    static constexpr V twice_argument(V x) {
        return V(1.5957691216f) * (x + V(0.044715f) * x * x * x);  // 2 sqrt(2 / pi)
    }
};

template <>
inline constexpr kernels::KnownFunction kernels::known_function<decltype(GELUTanh::function_of_input())> =
    kernels::KnownFunction::gelu_tanh;

}  // namespace genotype::inline v0_1
