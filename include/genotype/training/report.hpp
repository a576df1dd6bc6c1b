// The sentences that the compiler prints about parts that do not make a GAN, a VAE or a training step.
#pragma once

#include "genotype/model/check.hpp"

namespace genotype::why {

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

template <class Got, class Wants, class Encoder, class Decoder>
struct encoder_must_give_twice_the_latent {};
template <class Got, class Wants, class Decoder>
struct decoder_must_give_the_shape_of_the_input {};
template <class Got, class Wants, class Generator, class Discriminator>
struct generator_does_not_fit_the_discriminator {};
template <class Got, class Wants, class Discriminator>
struct discriminator_must_give_one_value {};
template <class Loss, class Got, class Wants>
struct loss_does_not_fit_the_output {};

}  // namespace genotype::why
