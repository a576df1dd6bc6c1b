// A generator and a discriminator as one type.
#pragma once

#include <concepts>

#include "genotype/losses/adversarial.hpp"
#include "genotype/losses/bce.hpp"
#include "genotype/models/parts_report.hpp"
#include "genotype/models/read_labels.hpp"
#include "genotype/network/output_shape.hpp"

namespace genotype::inline v0_1 {
namespace combinators {

/// See the alias `genotype::Adversarial`.
template <Layer G, Layer D, AdversarialLoss L, ShapeType N>
struct Adversarial {
    using Generator = G;
    using Discriminator = D;
    using Loss = L;
    using Noise = N;
    using Image = OutputShape<G, N>;
    using Picture [[deprecated("take Image")]] = Image;
    using DiscriminatorOutput = OutputShape<D, Image>;
};

}  // namespace combinators

namespace detail {

/// What a loss asks of the discriminator beside its output: nothing, but see `WithPenalty`.
template <class Loss>
struct AskedBy {
    template <class D>
    static consteval auto verdict() {
        return why::no_fault<D>{};
    }
};

template <class G, class D, class L, class N>
consteval auto adversarial_verdict() {
    constexpr Inferred image = infer<G>(N::dims);
    // A size that was not named was taken for 1.
    constexpr Dims asked = wanted_input<G>();
    constexpr bool unnamed = !asked.complete() && !infer<G>(asked).fault;
    if constexpr (image.fault && unnamed && N::dims == InputOf<G>::dims) {
        return why::generator_does_not_tell_the_size_of_its_noise<
            why::got<shape_word_t<asked>>, why::generator<G>,
            why::hint_take_Adversarial_with_the_noise_as_fourth_argument>{};
    } else if constexpr (image.fault) {
        return typename detail::Verdict<image.fault, G>::said{};
    } else {
        constexpr Dims wanted = wanted_input<D>();
        constexpr Inferred out = infer<D>(image.dims);
        if constexpr (compare(image.dims, wanted))
            return why::generator_does_not_fit_the_discriminator<why::got<shape_word_t<image.dims>>,
                                                                 why::wants<shape_word_t<wanted>>, why::generator<G>,
                                                                 why::discriminator<D>>{};
        else if constexpr (out.fault)
            return typename detail::Verdict<out.fault, D>::said{};
        else if constexpr (out.dims.count() != 1)
            return why::discriminator_must_give_one_value<why::got<shape_word_t<out.dims>>, why::wants<Shape<1>>,
                                                          why::discriminator<D>>{};
        else if constexpr (prediction_domain<L>() == LossDomain::unit && exceeds_0_to_1<D>())
            return why::loss_is_of_probabilities_but_the_network_gives_other_numbers<
                why::loss<L>, why::discriminator<D>, why::hint_end_it_with_Sigmoid_or_take_BCEWithLogits>{};
        else if constexpr (read_other_labels<G, D>())
            return why::networks_read_labels_of_other_classes<why::got<Class<classes_read_by<D>()>>,
                                                              why::wants<Class<classes_read_by<G>()>>>{};
        else if constexpr (std::same_as<decltype(AskedBy<L>::template verdict<D>()), why::no_fault<D>>)
            return why::no_fault<combinators::Adversarial<G, D, L, N>>{};
        else
            return AskedBy<L>::template verdict<D>();
    }
}

}  // namespace detail

/// A generative adversarial network: any generator from noise of shape `Noise`, any discriminator of what it makes that
/// gives one value, and a loss (BCE on probabilities; BCEWithLogits, Hinge or MSE on scores). Where one of them or both
/// read a label (`Given<Class<10>>`), a trainer is given the labels of the real samples, which are those of the
/// generated ones too: Mirza and Osindero, "Conditional generative adversarial nets", 2014, arXiv:1411.1784.
/// Source: Goodfellow et al., "Generative adversarial nets" (NeurIPS 2014).
template <Layer Generator, Layer Discriminator, AdversarialLoss Loss = BCE, ShapeType Noise = InputShape<Generator>>
using Adversarial = typename decltype(detail::adversarial_verdict<Generator, Discriminator, Loss, Noise>())::model;

}  // namespace genotype::inline v0_1
