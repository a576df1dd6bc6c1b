// Small functions that elementwise kernels are given by name.
#pragma once

namespace genotype {

struct Add {
    template <class V>
    constexpr V operator()(V left, V right) const {
        return left + right;
    }
};

}  // namespace genotype
