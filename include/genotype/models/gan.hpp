// The name of a GAN.
#pragma once

#include "genotype/models/adversarial_pair.hpp"

namespace genotype::inline v0_1 {

/// `using Dcgan = GAN<Generator, Discriminator>;`
template <Layer Generator, Layer Discriminator, AdversarialLoss Loss = BCE>
using GAN = Adversarial<Generator, Discriminator, Loss>;

}  // namespace genotype::inline v0_1
