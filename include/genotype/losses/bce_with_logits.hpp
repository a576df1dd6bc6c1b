// The binary cross-entropy of a number whose sigmoid is the probability.
#pragma once

#include "genotype/losses/pointwise.hpp"

namespace genotype::inline v0_1 {

/// BCE of sigmoid(p), worked out without its overflow: softplus(p) - t p, for t in [0, 1]. PyTorch:
/// nn.BCEWithLogitsLoss.
struct BCEWithLogits : PointwiseLoss<BCEWithLogits> {
    static constexpr LossDomain targets = LossDomain::unit;

    template <class V>
    static constexpr V value(V prediction, V target) {
        return (V(1.f) - target) * prediction + softplus(-prediction);
    }
    template <class V>
    static constexpr V derivative(V prediction, V target) {
        return sigmoid(prediction) - target;
    }
};

}  // namespace genotype::inline v0_1
