// An encoder and a decoder as one type.
#pragma once

#include "genotype/losses/loss_domain.hpp"
#include "genotype/losses/mse.hpp"
#include "genotype/models/parts_report.hpp"
#include "genotype/models/read_labels.hpp"
#include "genotype/network/children.hpp"
#include "genotype/network/output_shape.hpp"
#include "genotype/network/run.hpp"

namespace genotype::inline v0_1 {
namespace combinators {

/// See the alias `genotype::VariationalAutoencoder`.
template <Layer E, Layer D, class L, ShapeType I>
struct VariationalAutoencoder {
    using Encoder = E;
    using Decoder = D;
    using Loss = L;
    using Input = I;
    static constexpr int latent = OutputShape<E, I>::count / 2;
    using Moments = Shape<2 * latent>;
    using Latent = InputShape<D>;

    static constexpr bool is_combinator = true;
    using reads = typename detail::ChainReads<E, D>::type;
    static constexpr Dims input = I::dims;
    static constexpr bool in_place = false;

    template <int Index>
    using child = std::conditional_t<Index == 0, E, D>;

    static constexpr Inferred output(Dims) { return I::dims; }
    template <class Visit>
    static constexpr void for_each_child(Visit&& visit) {
        visit(std::type_identity<E>{}, ChildName{"encoder", 0});
        visit(std::type_identity<D>{}, ChildName{"decoder", 0});
    }
    static constexpr Dims child_input(int index, Dims in, Dims) { return index == 0 ? in : Latent::dims; }

    /// Scratch: moments, latents, then what the two networks need. Training has its own step, see `Trainer`.
    template <class Device, std::same_as<Inference> Mode>
    static constexpr LayerMemory memory(Dims) {
        const MemoryExtent inner = larger(memory_of<E, Device, Mode>(I::dims).forward_scratch,
                                          memory_of<D, Device, Mode>(Latent::dims).forward_scratch);
        return {.saved = {}, .forward_scratch = inner_scratch + inner, .backward_scratch = {}};
    }

    /// Reconstructs without noise: through the mean of the latents.
    template <Dims In, class Device>
    static void forward(Device device, Inference mode, const Forward<Inference>& pass) {
        float* moments = pass.scratch.per_sample;
        float* z = pass.scratch.at({aligned(2 * latent), 0}).per_sample;
        constexpr LayerSlice encoder{.scratch = inner_scratch};
        run_forward<E, In>(device, mode, pass.child(encoder, pass.in, Moments::dims, pass.x, moments));
        for (int n = 0; n < pass.batch; ++n)
            Device::copy(moments + 2L * latent * n, latent, z + static_cast<long>(latent) * n);
        run_forward<D, Latent::dims>(device, mode,
                                     pass.child(encoder + weights_of<E, Device>(), Latent::dims, In, z, pass.y));
    }

  private:
    static constexpr MemoryExtent inner_scratch{aligned(2 * latent) + aligned(latent), 0};
};

}  // namespace combinators

namespace detail {

/// What stands between an autoencoder's input, what its decoder gives, its loss and its labels; `Made` where nothing
/// does.
template <class Made, Dims image, class E, class D, class L, class I>
consteval auto verdict_of_output() {
    if constexpr (image != I::dims)
        return why::decoder_must_give_the_shape_of_the_input<why::got<shape_word_t<image>>, why::wants<I>,
                                                             why::decoder<D>>{};
    else if constexpr (L::fits(image, I::dims))
        return why::loss_does_not_fit_the_output<why::loss<L>, why::got<shape_word_t<image>>, why::wants<I>>{};
    else if constexpr (prediction_domain<L>() == LossDomain::unit && exceeds_0_to_1<D>())
        return why::loss_is_of_probabilities_but_the_network_gives_other_numbers<
            why::loss<L>, why::decoder<D>, why::hint_end_it_with_Sigmoid_or_take_BCEWithLogits>{};
    else if constexpr (read_other_labels<E, D>())
        return why::networks_read_labels_of_other_classes<why::got<Class<classes_read_by<D>()>>,
                                                          why::wants<Class<classes_read_by<E>()>>>{};
    else
        return why::no_fault<Made>{};
}

template <class E, class D, class L, class I>
consteval auto verdict_of_autoencoder() {
    constexpr Inferred moments = infer<E>(I::dims);
    constexpr Inferred image = infer<D>(wanted_input<D>());
    if constexpr (moments.fault) {
        return typename detail::Verdict<moments.fault, E>::said{};
    } else if constexpr (image.fault) {
        return typename detail::Verdict<image.fault, D>::said{};
    } else {
        constexpr int values = static_cast<int>(moments.dims.count());
        constexpr int latent = static_cast<int>(InputShape<D>::count);
        if constexpr (moments.dims.rank != 1 || values != 2 * latent)
            return why::encoder_must_give_twice_the_latent<why::got<shape_word_t<moments.dims>>,
                                                           why::wants<Shape<2 * latent>>, why::encoder<E>,
                                                           why::decoder<D>>{};
        else
            return verdict_of_output<combinators::VariationalAutoencoder<E, D, L, I>, image.dims, E, D, L, I>();
    }
}

/// What the encoder asks for, where it asks for every size.
template <class E>
consteval auto input_of_encoder() {
    if constexpr (wanted_input<E>().complete())
        return std::type_identity<InputShape<E>>{};
    else
        return std::type_identity<void>{};
}

template <class E, class D, class L, class I>
consteval auto autoencoder_verdict() {
    constexpr Dims asked = wanted_input<E>();
    if constexpr (std::is_void_v<I>)
        return why::encoder_does_not_tell_the_size_of_its_input<why::got<shape_word_t<asked>>, why::encoder<E>,
                                                                why::hint_name_the_input_as_fourth_argument>{};
    else
        return verdict_of_autoencoder<E, D, L, I>();
}

template <class I>
concept InputOrNone = std::is_void_v<I> || ShapeType<I>;

}  // namespace detail

/// A variational autoencoder: the encoder gives the mean and the logarithm of the variance of a Gaussian (first and
/// second half of its output), a draw from it goes through the decoder, and the loss is the negative evidence lower
/// bound: reconstruction loss summed over a sample's values + beta * KL(N(mean, variance) | N(0, 1)). Parameters are
/// named "encoder.0.weight", "decoder.0.weight". Source: Kingma and Welling, "Auto-encoding variational Bayes" (ICLR
/// 2014). The shape of the input may be left out where the encoder tells all of it, as a Linear does. Where one of them
/// or both read a label (`Given<Class<10>>`), a trainer is given the samples' labels: Sohn, Lee and Yan, "Learning
/// structured output representation using deep conditional generative models" (NeurIPS 2015).
template <Layer Encoder, Layer Decoder, class Loss = MSE,
          detail::InputOrNone Input = typename decltype(detail::input_of_encoder<Encoder>())::type>
using VariationalAutoencoder = typename decltype(detail::autoencoder_verdict<Encoder, Decoder, Loss, Input>())::model;

}  // namespace genotype::inline v0_1
