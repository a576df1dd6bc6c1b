// The loss of a GAN whose discriminator is held to small gradients.
#pragma once

#include "genotype/losses/adversarial.hpp"

namespace genotype::inline v0_1 {

/// A GAN's loss with gradient penalties of the discriminator D; how strong each is, an option of the trainer says:
/// `.penalty = {.real = 1, .fake = 1}`, see `GradientPenalties`. Every layer of D needs a tangent; a batch norm has
/// none, and does not compile. A chain of linear layers, ReLU and LeakyReLU alone takes a short form, which costs a
/// third as much. Of <genotype/tangents.hpp>. PyTorch: torch.autograd.grad(d.sum(), x, create_graph=True)
/// in the discriminator's loss.
template <AdversarialLoss Loss>
struct WithPenalty : Loss {};

}  // namespace genotype::inline v0_1
