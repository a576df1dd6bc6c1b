// Functors that recipes of GANs share.
#pragma once

namespace genotype::inline v0_1::detail {

/// A number for each value, whatever that is.
struct Always {
    float number;

    template <class V>
    constexpr V operator()(V) const {
        return V(number);
    }
};

}  // namespace genotype::inline v0_1::detail
