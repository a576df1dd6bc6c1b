// The hinge loss, for the two sides of a GAN.
#pragma once

#include "genotype/losses/pointwise.hpp"

namespace genotype::inline v0_1 {

namespace detail {

/// The generator's side: the outputs themselves, to be raised.
struct HingeGenerator : PointwiseLoss<HingeGenerator> {
    template <class V>
    static constexpr V value(V prediction, V) {
        return -prediction;
    }
    template <class V>
    static constexpr V derivative(V, V) {
        return V(-1.f);
    }
};

}  // namespace detail

/// max(0, 1 - t p) for a target of 1 (real) or -1 (fake); the generator's side is -p. The discriminator ends without an
/// activation. PyTorch: relu(1 - d_real).mean(), relu(1 + d_fake).mean(), -d_fake.mean().
/// Source: Lim, Ye, "Geometric GAN" (2017).
struct Hinge : PointwiseLoss<Hinge> {
    static constexpr LossDomain targets = LossDomain::signs;

    template <class V>
    static constexpr V value(V prediction, V target) {
        return at_least(V(0.f), V(1.f) - target * prediction);
    }
    template <class V>
    static constexpr V derivative(V prediction, V target) {
        return select(target * prediction < V(1.f), -target, V(0.f));
    }

    template <class Device>
    static void discriminator_fake(Device device, const LossCallOn<Device>& call) {
        evaluate_against(device, call, -1);
    }
    template <class Device>
    static void generator(Device device, LossCallOn<Device> call) {
        call.target = {};
        detail::HingeGenerator::evaluate(device, call);
    }
};

}  // namespace genotype::inline v0_1
