// A scale and a shift for each channel of each sample and an activation behind them, value by value.
#pragma once

namespace genotype::inline v0_1::kernels::detail {

/// y = activation(x * (1 + scale) + shift).
template <class Activation>
struct Modulated {
    Activation activation;

    template <class V>
    constexpr void operator()(V x, V scale, V shift, V& y) const {
        y = activation.value(x * (V(1.f) + scale) + shift);
    }
};

/// The gradients by the scale and the shift, added to what is there. The activation's input is made again by the
/// expression of `Modulated`, which is cheaper than to read it.
template <class Activation>
struct ModulatedGradients {
    Activation activation;

    template <class V>
    constexpr void operator()(V x, V dy, V scale, V shift, V& dscale, V& dshift) const {
        const V before = dy * activation.derivative(x * (V(1.f) + scale) + shift);
        dscale = dscale + before * x;
        dshift = dshift + before;
    }
};

/// The gradient by the input.
template <class Activation>
struct ModulatedInput {
    Activation activation;

    template <class V>
    constexpr void operator()(V x, V dy, V scale, V shift, V& dx) const {
        dx = dy * activation.derivative(x * (V(1.f) + scale) + shift) * (V(1.f) + scale);
    }
};

/// All three at once.
template <class Activation>
struct ModulatedBackward {
    Activation activation;

    template <class V>
    constexpr void operator()(V x, V dy, V scale, V shift, V& dscale, V& dshift, V& dx) const {
        const V before = dy * activation.derivative(x * (V(1.f) + scale) + shift);
        dscale = dscale + before * x;
        dshift = dshift + before;
        dx = before * (V(1.f) + scale);
    }
};

}  // namespace genotype::inline v0_1::kernels::detail
