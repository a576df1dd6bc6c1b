// What a GAN asks of a loss.
#pragma once

#include <concepts>

#include "genotype/kernels/device.hpp"
#include "genotype/losses/loss_call.hpp"
#include "genotype/shape/fault.hpp"

namespace genotype::inline v0_1 {

/// A loss for the two sides of a GAN. Each function is given what the discriminator answered (`call.prediction`) and
/// writes the value and its gradient by those outputs; the call's target and constant are not looked at.
///  - discriminator_real: the outputs are D(x), of real samples, and the discriminator learns;
///  - discriminator_fake: to generated samples, and the discriminator learns;
///  - generator: to generated samples, and the generator learns.
template <class L>
concept AdversarialLoss = requires(Reference device, const LossCall& call, Dims dims) {
    L::discriminator_real(device, call);
    L::discriminator_fake(device, call);
    L::generator(device, call);
    { L::fits(dims, dims) } -> std::same_as<ShapeFault>;
};

/// Turns a loss with labels, 1 for real and 0 for fake, into an adversarial one. The generator wants its samples
/// labelled real: with BCE the non-saturating game of Goodfellow et al., "Generative adversarial nets" (2014), with MSE
/// the game of Mao et al., "Least squares generative adversarial networks" (2017).
template <class Self>
struct LabelGame {
    template <class Device>
    static void discriminator_real(Device device, const LossCallOn<Device>& call) {
        evaluate_against(device, call, 1);
    }
    template <class Device>
    static void discriminator_fake(Device device, const LossCallOn<Device>& call) {
        evaluate_against(device, call, 0);
    }
    template <class Device>
    static void generator(Device device, const LossCallOn<Device>& call) {
        evaluate_against(device, call, 1);
    }

  protected:
    template <class Device>
    static void evaluate_against(Device device, LossCallOn<Device> call, float label) {
        call.target = {};
        call.constant = label;
        Self::evaluate(device, call);
    }
};

}  // namespace genotype::inline v0_1
