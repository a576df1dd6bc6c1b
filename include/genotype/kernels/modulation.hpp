// A scale and a shift for each channel of each sample, value by value.
#pragma once

namespace genotype::kernels::detail {

/// y = x * (1 + scale) + shift.
struct Modulated {
    template <class V>
    constexpr void operator()(V x, V scale, V shift, V& y) const {
        y = x * (V(1.f) + scale) + shift;
    }
};

/// The gradients by the scale and the shift, added to what is there.
struct ModulatedGradients {
    template <class V>
    constexpr void operator()(V x, V dy, V& dscale, V& dshift) const {
        dscale = dscale + dy * x;
        dshift = dshift + dy;
    }
};

/// The gradient by the input.
struct ModulatedInput {
    template <class V>
    constexpr void operator()(V dy, V scale, V& dx) const {
        dx = dy * (V(1.f) + scale);
    }
};

}  // namespace genotype::kernels::detail
