// Small functions that elementwise kernels are given by name.
#pragma once

namespace genotype {

struct Add {
    template <class V>
    constexpr V operator()(V left, V right) const {
        return left + right;
    }
};

struct Identity {
    template <class V>
    constexpr V operator()(V x) const {
        return x;
    }
};

}  // namespace genotype
