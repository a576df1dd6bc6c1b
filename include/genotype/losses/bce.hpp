// The binary cross-entropy of a probability.
#pragma once

#include "genotype/losses/pointwise.hpp"

namespace genotype::inline v0_1 {

/// -(t log(p) + (1 - t) log(1 - p)) for p and t in [0, 1]. PyTorch: nn.BCELoss, whose logarithms are at least -100
/// and whose derivative divides by at least 1e-12.
struct BCE : PointwiseLoss<BCE> {
    static constexpr LossDomain targets = LossDomain::unit, predictions = LossDomain::unit;

    template <class V>
    static constexpr V value(V prediction, V target) {
        const V yes = at_least(V(-100.f), log(prediction));
        const V no = at_least(V(-100.f), log1p(-prediction));
        return (target - V(1.f)) * no - target * yes;
    }
    template <class V>
    static constexpr V derivative(V prediction, V target) {
        return (prediction - target) / at_least(V(1e-12f), (V(1.f) - prediction) * prediction);
    }
};

}  // namespace genotype::inline v0_1
