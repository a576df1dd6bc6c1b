// The training step of a VQ-VAE.
#pragma once

#include <cmath>

#include "genotype/models/vqvae.hpp"
#include "genotype/training/recipe_trainer.hpp"

namespace genotype::inline v0_1 {

/// Options of a VQ-VAE's trainer.
template <class Optimizer>
struct VqvaeOptions {
    Optimizer optimizer{};
    Schedule schedule{};
    float clip_norm = 0;       // 0: no clipping
    float average = 0;         // decay of the average of weights, such as 0.999; 0: none
    int accumulate = 1;        // micro-batches that a batch goes through the networks in: see `MicroBatch`
    ParameterGroups groups{};  // parameters with options of their own, or frozen
    float beta = 0.25f;        // weight of the commitment, the paper's
    int batch = 64;            // the largest batch that a step will see
    std::uint64_t seed = 0;

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [of_model, rates, longest, decay, pieces, own, weight, largest, draws] = *this;
        visit("optimizer", of_model);
        detail::visit_shared_options(visit, rates, longest, decay, pieces, own);
        visit("beta", weight);
        visit("batch", largest);
        visit("seed", draws);
    }
};

/// What a VQ-VAE's step reports.
struct VqvaeLosses {
    float reconstruction = 0;  // the loss, a mean over all values
    float commitment = 0;      // mean squared distance from the codes, not yet multiplied by beta
    float perplexity = 0;      // exp of the entropy of the batch's codes: 1 where all are one, at most their number

    float total(float beta = 0.25f) const { return reconstruction + beta * commitment; }
};

namespace detail {

struct AddWeighted {
    float weight;

    template <class V>
    constexpr V operator()(V x, V y) const {
        return x + V(weight) * y;
    }
};

/// What a codebook's averages want, once.
template <class Q, class Device>
class CodebookScratch {
  public:
    CodebookScratch(int, const Device&) {}
    float* data() { return floats_.data(); }

  private:
    Arena<Device> floats_{Q::scratch};
};

/// A step encodes, takes the nearest codes, decodes, and follows the gradient of reconstruction + beta * commitment,
/// which goes past the codes as if they were the encoder's vectors. The codebook follows those vectors by its averages;
/// an evaluation leaves it. Micro-batches move it one after another, as they do the statistics of a `BN`.
/// PyTorch: F.mse_loss(decoder(z + (q - z).detach()), x) + beta * F.mse_loss(z, q.detach()).
///
///     Trainer<VQVAE<Encoder, Decoder, 512, MSE, Shape<1, 28, 28>>> trainer({.batch = 64});
///     for (const auto& batch : loader) trainer.step(batch);
template <Layer E, Layer Q, Layer D, class Loss, ShapeType I>
struct RecipeOf<combinators::VQVAE<E, Q, D, Loss, I>> {
    using Network = combinators::VQVAE<E, Q, D, Loss, I>;
    using Parts = Nets<E, Q, D>;
    enum { encoder, quantizer, decoder };
    using Sample = I;
    using Latent = typename Network::Latent;
    using Indices = Shape<Network::positions>;
    using Inputs = Shapes<Sample, Latent, Latent>;
    using Losses = VqvaeLosses;
    struct Sums {
        float reconstruction, commitment;
        float counts[Q::count];
    };
    // Codes, their numbers; gradients by output, commitment, codes, latents.
    using Scratch = Shapes<Latent, Indices, Sample, Latent, Latent, Latent>;
    template <class Device>
    using Beside = CodebookScratch<Q, Device>;
    static constexpr long draws = 0;
    static constexpr int classes = classes_read_by<E, D>();
    static constexpr LossDomain domain = target_domain<Loss>();
    template <class Optimizer>
    using Options = VqvaeOptions<Optimizer>;

    template <class Step>
    static void step(Step& s) {
        const auto z = s.template run<encoder>(s.batch());
        float *const codes = s.template memory<Latent>(), *const indices = s.template memory<Indices>();
        float* const counts = s.place(&Sums::commitment) + 1;
        const long rows = static_cast<long>(s.size()) * Network::positions;
        s.template with_network<quantizer>([&](const auto& weights, const auto&, bool) {
            float* const codebook = weights.buffers.data();
            if constexpr (Step::learns) {
                Q::learn(s.device(), rows, z.data, codebook, *s.layers(), {indices, counts, s.beside().data()}, codes);
            } else {
                Q::quantize(s.device(), rows, z.data, codebook, indices, codes);
                count_codes(s.device(), rows, Q::count, indices, counts);
            }
        });
        const typename Step::template Batch<Latent> quantized{codes, s.size()};
        const auto dy = s.template loss<Loss>(&Sums::reconstruction, s.template run<decoder>(quantized), s.batch());
        const auto committed = s.template loss<MSE>(&Sums::commitment, z, quantized);
        if constexpr (Step::learns) {
            float* const dz = s.template memory<Latent>();
            s.template backward<decoder>(dy, dz);
            const typename Step::template Batch<Latent> through{dz, s.size()};
            s.template backward<encoder>(s.compute(AddWeighted{s.options().beta}, through, committed));
        }
    }

    static VqvaeLosses losses(const Sums& sums, int) {
        double all = 0, entropy = 0;
        for (const float count : sums.counts) all += static_cast<double>(count);
        for (const float count : sums.counts)
            if (count > 0) entropy -= static_cast<double>(count) / all * std::log(static_cast<double>(count) / all);
        return {sums.reconstruction, sums.commitment, static_cast<float>(std::exp(entropy))};
    }
    template <class Optimizer>
    static void check(const VqvaeOptions<Optimizer>& options) {
        if (!(options.beta >= 0)) fail("Trainer", "beta", std::to_string(options.beta), "0 or more");
    }
};

}  // namespace detail
}  // namespace genotype::inline v0_1
