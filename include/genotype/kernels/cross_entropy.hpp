// What the devices' cross-entropies share.
#pragma once

#include "genotype/kernels/math.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Throws `Error` where a target is no class. Before any work is done, so that a bad label changes nothing.
inline void check_targets(long rows, int classes, const int* targets) {
    for (long row = 0; row < rows; ++row)
        if (targets[row] < 0 || targets[row] >= classes)
            fail("cross-entropy", genotype::detail::concat("target ", row), targets[row],
                 genotype::detail::concat("a class from 0 to ", classes - 1));
}

/// exp(x - shift), to sum.
struct ShiftedExp {
    float shift;

    template <class V>
    constexpr V operator()(V x) const {
        return exp(x - V(shift));
    }
};

/// A class's probability times the loss's scale: the derivative of the loss where the class is not the target.
struct ScaledSoftmax {
    float shift, factor;

    template <class V>
    constexpr V operator()(V x) const {
        return exp(x - V(shift)) * V(factor);
    }
};

}  // namespace genotype::inline v0_1::kernels::detail
