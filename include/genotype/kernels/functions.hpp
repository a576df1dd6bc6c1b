// Small functions that elementwise kernels are given by name.
#pragma once

namespace genotype {

/// x + y.
struct Add {
    template <class V>
    constexpr V operator()(V left, V right) const {
        return left + right;
    }
};

/// x itself: copies, and sums of what is there.
struct Identity {
    template <class V>
    constexpr V operator()(V x) const {
        return x;
    }
};

}  // namespace genotype
