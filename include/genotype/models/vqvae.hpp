// An encoder, a codebook and a decoder as one type.
#pragma once

#include "genotype/layers/vector_quantizer.hpp"
#include "genotype/models/autoencoder.hpp"
#include "genotype/network/sequential.hpp"

namespace genotype::why {

template <class Got, class Wants, class Encoder, class Decoder>
struct encoder_must_give_what_the_decoder_takes {};
struct hint_name_the_input_as_last_argument_of_VQVAE;

}  // namespace genotype::why

namespace genotype::inline v0_1 {
namespace combinators {

/// See the alias `genotype::VQVAE`.
template <Layer E, Layer Q, Layer D, class L, ShapeType I>
struct VQVAE {
    using Encoder = E;
    using Quantizer = Q;
    using Decoder = D;
    using Loss = L;
    using Input = I;
    using Latent = OutputShape<E, I>;
    static constexpr int codes = Q::count;
    static constexpr int positions = Latent::dims.pixels();  // of a sample, that have a code each

    static constexpr bool is_combinator = true;
    using reads = typename detail::ChainReads<E, Q, D>::type;
    static constexpr Dims input = I::dims;
    static constexpr bool in_place = false;

    template <int Index>
    using child = detail::nth<Index, E, Q, D>;

    static constexpr Inferred output(Dims) { return I::dims; }
    template <class Visit>
    static constexpr void for_each_child(Visit&& visit) {
        visit(std::type_identity<E>{}, ChildName{"encoder", 0});
        visit(std::type_identity<Q>{}, ChildName{"quantizer", 0});
        visit(std::type_identity<D>{}, ChildName{"decoder", 0});
    }
    static constexpr Dims child_input(int index, Dims in, Dims) { return index == 0 ? in : Latent::dims; }

    /// Inference is that of the three in a row. Training has its own step, see `Trainer`.
    template <class Device, std::same_as<Inference> Mode>
    static constexpr LayerMemory memory(Dims) {
        return memory_of<Row, Device, Mode>(I::dims);
    }
    template <Dims In, class Device>
    static void forward(Device device, Inference mode, const Forward<Inference>& pass) {
        run_forward<Row, In>(device, mode, pass);
    }

  private:
    using Row = Sequential<E, Q, D>;  // whose weights lie as these do
};

}  // namespace combinators

namespace detail {

template <class E, class D, int codes, class L, class I>
consteval auto vqvae_verdict_of_input() {
    constexpr Inferred latent = infer<E>(I::dims);
    if constexpr (latent.fault) {
        return typename Verdict<latent.fault, E>::said{};
    } else {
        using Q = VectorQuantizer<codes, latent.dims.channels()>;
        constexpr Dims asked = wanted_input<D>();
        constexpr Inferred quantized = infer<Q>(latent.dims), image = infer<D>(latent.dims);
        if constexpr (quantized.fault)
            return typename Verdict<quantized.fault, Q>::said{};
        else if constexpr (compare(latent.dims, asked))
            return why::encoder_must_give_what_the_decoder_takes<why::got<shape_word_t<latent.dims>>,
                                                                 why::wants<shape_word_t<asked>>, why::encoder<E>,
                                                                 why::decoder<D>>{};
        else if constexpr (image.fault)
            return typename Verdict<image.fault, D>::said{};
        else
            return verdict_of_output<combinators::VQVAE<E, Q, D, L, I>, image.dims, E, D, L, I>();
    }
}
template <class E, class D, int codes, class L, class I>
consteval auto vqvae_verdict() {
    constexpr Dims asked = wanted_input<E>();
    if constexpr (std::is_void_v<I>)
        return why::encoder_does_not_tell_the_size_of_its_input<why::got<shape_word_t<asked>>, why::encoder<E>,
                                                                why::hint_name_the_input_as_last_argument_of_VQVAE>{};
    else
        return vqvae_verdict_of_input<E, D, codes, L, I>();
}

}  // namespace detail

/// An autoencoder whose latents are codes (VQ-VAE): at each position of what the encoder gives, (d, H, W) or (d), the
/// vector becomes the nearest of `codes` codes, and the decoder makes the sample of those: see `VectorQuantizer`. The
/// loss is that of the reconstruction + beta * the mean squared distance of the encoder's vectors from their codes.
/// Parameters are named "encoder.0.weight", "decoder.0.weight", the codebook is "quantizer.embed". `encode_codes` gives
/// the codes of samples, for a prior to learn, and `decode_codes` samples of codes. Source: van den Oord, Vinyals,
/// Kavukcuoglu, "Neural discrete representation learning" (NeurIPS 2017). The shape of the input may be left out where
/// the encoder tells all of it, as a Linear does.
template <Layer Encoder, Layer Decoder, int codes, class Loss = MSE,
          detail::InputOrNone Input = typename decltype(detail::input_of_encoder<Encoder>())::type>
using VQVAE = typename decltype(detail::vqvae_verdict<Encoder, Decoder, codes, Loss, Input>())::model;

}  // namespace genotype::inline v0_1
