// The sentences that the compiler prints about networks that do not make a GAN, a VAE or a model with a loss.
#pragma once

#include "genotype/network/check.hpp"

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
struct network;

struct hint_name_the_input_as_fourth_argument;
struct hint_name_the_input_as_last_argument;
struct hint_take_Adversarial_with_the_noise_as_fourth_argument;

struct hint_end_it_with_Sigmoid_or_take_BCEWithLogits;
template <class Loss, class Network, class Hint>
struct loss_is_of_probabilities_but_the_network_gives_other_numbers {};

template <class Got, class Encoder, class Hint>
struct encoder_does_not_tell_the_size_of_its_input {};
template <class Got, class Network, class Hint>
struct network_does_not_tell_the_size_of_its_input {};
template <class Got, class Generator, class Hint>
struct generator_does_not_tell_the_size_of_its_noise {};
template <class Got, class Wants, class Encoder, class Decoder>
struct encoder_must_give_twice_the_latent {};
template <class Got, class Wants, class Decoder>
struct decoder_must_give_the_shape_of_the_input {};
template <class Got, class Wants, class Generator, class Discriminator>
struct generator_does_not_fit_the_discriminator {};
template <class Got, class Wants, class Discriminator>
struct discriminator_must_give_one_value {};
template <class Got, class Wants>
struct networks_read_labels_of_other_classes {};

}  // namespace genotype::why

namespace genotype::inline v0_1::detail {

/// Whether the last layer is known to give numbers below 0 or above 1.
template <class L>
consteval bool exceeds_0_to_1() {
    if constexpr (Combinator<L>) {
        bool last = false;
        L::for_each_child([&]<class Child>(std::type_identity<Child>, ChildName) { last = exceeds_0_to_1<Child>(); });
        return last;
    } else if constexpr (requires { L::exceeds_0_to_1; }) {
        return L::exceeds_0_to_1;
    } else {
        return false;
    }
}

}  // namespace genotype::inline v0_1::detail
