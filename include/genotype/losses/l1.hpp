// The absolute error.
#pragma once

#include "genotype/losses/pointwise.hpp"

namespace genotype::inline v0_1 {

/// |p - t|, with derivative 0 where they are equal. PyTorch: nn.L1Loss.
struct L1 : PointwiseLoss<L1> {
    template <class V>
    static constexpr V value(V prediction, V target) {
        return abs(prediction - target);
    }
    template <class V>
    static constexpr V derivative(V prediction, V target) {
        return select(prediction > target, V(1.f), select(prediction < target, V(-1.f), prediction - target));
    }
};

}  // namespace genotype::inline v0_1
