// The binary cross-entropy of a probability.
#pragma once

#include "genotype/losses/pointwise.hpp"

namespace genotype {

/// -(t log(p) + (1 - t) log(1 - p)) for p in [0, 1]. PyTorch: nn.BCELoss, whose logarithms are at least -100 and whose
/// slope divides by at least 1e-12.
struct BCE : PointwiseLoss<BCE> {
    template <class V>
    static constexpr V value(V prediction, V target) {
        const V yes = max(log(prediction), V(-100.f));
        const V no = max(log1p(-prediction), V(-100.f));
        return (target - V(1.f)) * no - target * yes;
    }
    template <class V>
    static constexpr V slope(V prediction, V target) {
        return (prediction - target) / max((V(1.f) - prediction) * prediction, V(1e-12f));
    }
};

}  // namespace genotype
