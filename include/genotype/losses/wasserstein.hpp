// The loss of Wasserstein GANs.
#pragma once

#include "genotype/losses/pointwise.hpp"

namespace genotype::inline v0_1 {

/// -t p for a target of 1 (real) or -1 (fake); the generator's side is -p. The discriminator ends without an
/// activation, and its gradients have to be held near 1, by `WithPenalty` and a penalty between real and generated
/// samples. PyTorch: d_fake.mean() - d_real.mean(), -d_fake.mean(). Source: Arjovsky, Chintala, Bottou, "Wasserstein
/// generative adversarial networks" (ICML 2017).
struct Wasserstein : PointwiseLoss<Wasserstein> {
    static constexpr LossDomain targets = LossDomain::signs;

    template <class V>
    static constexpr V value(V prediction, V target) {
        return V(0.f) - target * prediction;
    }
    template <class V>
    static constexpr V derivative(V, V target) {
        return V(0.f) - target;
    }

    template <class Device>
    static void discriminator_fake(Device device, const LossCallOn<Device>& call) {
        evaluate_against(device, call, -1);
    }
};

}  // namespace genotype::inline v0_1
