// The training step of a variational autoencoder.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "genotype/losses/gaussian_kl.hpp"
#include "genotype/models/autoencoder.hpp"
#include "genotype/training/recipe_trainer.hpp"

namespace genotype::inline v0_1 {

/// How the reconstruction loss of a sample's values becomes one number.
enum class Reconstruction {
    summed,          // over the sample's values: the negative evidence lower bound, which is what works
    mean_per_value,  // divided by their number: many programs do so, and the KL then swallows the latents
};

/// Options of a VAE's trainer.
template <class Optimizer>
struct VaeOptions {
    Optimizer optimizer{};
    Schedule schedule{};
    float clip_norm = 0;       // 0: no clipping
    float average = 0;         // decay of the average of weights, such as 0.999; 0: none
    int accumulate = 1;        // micro-batches that a batch goes through the networks in: see `MicroBatch`
    ParameterGroups groups{};  // parameters with options of their own, or frozen
    float beta = 1;            // weight of the KL; above 1, a beta-VAE
    Reconstruction reconstruction = Reconstruction::summed;
    int batch = 64;  // the largest batch that a step will see
    std::uint64_t seed = 0;
    /// Over so many steps the KL's weight rises to beta: beta / steps in the first, 2 beta / steps in the second; 0: it
    /// is beta at once. Sources: Bowman et al., "Generating sentences from a continuous space" (CoNLL 2016); Sonderby
    /// et al., "Ladder variational autoencoders" (NeurIPS 2016).
    long beta_warmup = 0;
    /// Free bits, in nats: of each latent's KL, averaged over the batch, so much costs nothing, which keeps the latents
    /// in use: the loss has the sum of max(free_bits, KL of a latent) in the KL's place. The losses that are reported
    /// stay those of the bound. Source: Kingma et al., "Improved variational inference with inverse autoregressive
    /// flow" (NeurIPS 2016), equation 15, with a group for each latent.
    float free_bits = 0;

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [of_model, rates, longest, decay, pieces, own, weight, reduction, largest, draws, rise, free] =
            *this;
        visit("optimizer", of_model);
        detail::visit_shared_options(visit, rates, longest, decay, pieces, own);
        visit("beta", weight);
        visit("reconstruction", reduction == Reconstruction::summed ? "summed" : "mean_per_value");
        visit("batch", largest);
        visit("seed", draws);
        visit("beta_warmup", rise, 0L);
        visit("free_bits", free, 0.f);
    }
};

/// What a VAE's step reports, averaged over the batch; the sum, with beta 1, is the negative evidence lower bound.
struct VaeLosses {
    float reconstruction = 0;
    float kl = 0;  // not yet multiplied by beta

    float total(float beta = 1) const { return reconstruction + beta * kl; }
};

namespace detail {

/// Names of older programs.
template <class Network>
struct VaeMembers {
    using Latent [[deprecated("take the network's, Network::Latent")]] = typename Network::Latent;
    [[deprecated("take the network's, Network::latent")]] static constexpr int latent = Network::latent;
};

/// A step encodes, draws one latent a sample, decodes, and follows the gradient of reconstruction + beta * KL, with the
/// KL as `free_bits` says.
/// PyTorch: the loop of its VAE example.
template <Layer E, Layer D, class Loss, ShapeType I>
struct RecipeOf<combinators::VariationalAutoencoder<E, D, Loss, I>> {
    using Network = combinators::VariationalAutoencoder<E, D, Loss, I>;
    using Parts = Nets<E, D>;
    enum { encoder, decoder };
    using Sample = I;
    using Noise = typename Network::Latent;
    using Moments = typename Network::Moments;
    using Inputs = Shapes<Sample, Noise>;
    using Losses = VaeLosses;
    using Scratch = Shapes<Noise, Sample, Noise, Moments>;  // latents, and gradients by output, latents and moments
    static constexpr long draws = Noise::count;
    static constexpr int classes = classes_read_by<E, D>();
    static constexpr LossDomain domain = target_domain<Loss>();
    template <class Optimizer>
    using Options = VaeOptions<Optimizer>;
    template <class>
    using Members = VaeMembers<Network>;

    /// Of beta, in the step after so many.
    template <class Optimizer>
    static float factor(const VaeOptions<Optimizer>& options, std::int64_t steps) {
        if (steps >= options.beta_warmup) return 1;
        return static_cast<float>(static_cast<double>(steps + 1) / static_cast<double>(options.beta_warmup));
    }
    template <class Optimizer>
    static void check(const VaeOptions<Optimizer>& options) {
        if (options.beta_warmup < 0) fail("Trainer", "beta_warmup", options.beta_warmup, "0 steps or more");
        if (!(options.free_bits >= 0 && options.free_bits <= std::numeric_limits<float>::max()))
            fail("Trainer", "free_bits", std::to_string(options.free_bits), "0 or more, and finite");
        if (options.free_bits > 0 && options.accumulate > 1)
            fail("Trainer", "accumulate", options.accumulate, "1 with free_bits: they are of the whole batch's mean");
    }

    template <class Step>
    static void step(Step& s) {
        const auto moments = s.template run<encoder>(s.batch());
        const auto noise = s.template normal<Noise>();
        float* const z = s.template memory<Noise>();
        reparameterize(s.device(), s.size(), Network::latent, moments.data, noise.data, z);
        const auto output = s.template run<decoder>({z, s.size()});
        const bool is_summed = s.options().reconstruction == Reconstruction::summed;
        const auto dy = s.template loss<Loss>(&VaeLosses::reconstruction, output, s.batch(),
                                              {.reduction = is_summed ? Reduction::sample_sum : Reduction::mean});
        GaussianKL::evaluate(s.device(), {.moments = moments, .weight = s.weight(), .value = s.place(&VaeLosses::kl)});
        if constexpr (Step::learns) {
            float *const dz = s.template memory<Noise>(), *const dmoments = s.template memory<Moments>();
            s.template backward<decoder>(dy, dz);
            reparameterize_backward(s.device(), s.size(), Network::latent, moments.data, noise.data, dz, dmoments);
            const float weight = s.options().beta * s.factor() * s.weight();
            if (s.options().free_bits > 0)  // dz has been read
                gaussian_divergence_above(s.device(), s.size(), Network::latent, moments.data,
                                          weight / static_cast<float>(s.size()), s.options().free_bits, dz, dmoments);
            else
                GaussianKL::evaluate(s.device(), {.moments = moments,
                                                  .weight = weight,
                                                  .gradient = {dmoments, s.size(), Moments::count},
                                                  .accumulate = true});
            s.template backward<encoder>({dmoments, s.size()});
        }
    }
};

}  // namespace detail
}  // namespace genotype::inline v0_1
