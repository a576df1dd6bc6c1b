// The sentences that the compiler prints about parts that do not make a GAN, a VAE or a training step.
#pragma once

#include "genotype/model/check.hpp"

namespace genotype {

template <class L>
struct encoder;
template <class L>
struct decoder;
template <class L>
struct generator;
template <class L>
struct discriminator;
template <class L>
struct loss;

template <class, class = none, class = none, class = none, class = none>
struct encoder_must_give_twice_the_latent {};
template <class, class = none, class = none, class = none, class = none>
struct decoder_must_give_the_shape_of_the_input {};
template <class, class = none, class = none, class = none, class = none>
struct generator_does_not_fit_the_discriminator {};
template <class, class = none, class = none, class = none, class = none>
struct discriminator_must_give_one_value {};
template <class Loss, class Got, class Wants>
struct loss_does_not_fit_the_output {};

}  // namespace genotype
