// The squared error.
#pragma once

#include "genotype/losses/pointwise.hpp"

namespace genotype::inline v0_1 {

/// (p - t)^2. PyTorch: nn.MSELoss.
struct MSE : PointwiseLoss<MSE> {
    template <class V>
    static constexpr V value(V prediction, V target) {
        return (prediction - target) * (prediction - target);
    }
    template <class V>
    static constexpr V derivative(V prediction, V target) {
        return V(2.f) * (prediction - target);
    }
};

}  // namespace genotype::inline v0_1
