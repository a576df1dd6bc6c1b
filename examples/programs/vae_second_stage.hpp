// The second stage of examples/programs/vae.cpp --model two-stage: a flow from noise to the latents that a VAE's images
// have.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <genotype/flow.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "second_stage.hpp"
#include "vae_latents.hpp"
#include "vae_settings.hpp"

namespace example {

// What the network reads beside the latents: how far they are on their way from noise.
struct latent_time : Given<Shape<1>> {};
struct latent_condition : Name {};
using LatentNet = Sequential<Let<latent_condition, Chain<Of<latent_time>, Sinusoid<64, 1000.f>, Linear<64, 128>, SiLU>>,
                             Concat<latent_condition, 128>, Linear<148, 512>, SiLU,
                             Residual<Linear<512, 512>, SiLU, Linear<512, 512>>, SiLU, Linear<512, 20>>;
using LatentFlow = FlowMatching<LatentNet, Latent>;

/// Latents of images as `moments_of` says, each drawn anew whenever its image comes.
class LatentLoader : public StageLoader {
  public:
    LatentLoader(const std::vector<float>& moments, StageOptions options)
        : StageLoader(static_cast<int>(moments.size() / (2 * Latent::count)), std::move(options)),
          moments_(moments),
          noise_(this->options().batch),
          drawn_(this->options().batch) {}

    View<Latent> next() {
        const long values = noise_.size();
        const RandomState draws{.seed = options().seed,
                                .position = number() * static_cast<std::uint64_t>((values + 3) / 4),
                                .stream = streams::sampling};
        fill_normal(Cpu{}, values, draws, noise_.data());
        int n = 0;
        for (const int image : next_images()) {
            const float* const own = moments_.data() + image * 2L * Latent::count;
            for (int i = 0; i < Latent::count; ++i)
                drawn_(n, i) = own[i] + std::exp(own[Latent::count + i] / 2) * noise_(n, i);
            ++n;
        }
        return drawn_;
    }

  private:
    const std::vector<float>& moments_;
    Tensor<Latent> noise_, drawn_;
};

/// Latents as images have them. Where many images are, N(0, 1) has hardly any, and the other way round: what is drawn
/// from N(0, 1) looks like nothing. Source: Dai and Wipf, "Diagnosing and enhancing VAE models" (ICLR 2019), whose
/// second stage is another VAE.
class LatentFlowPrior {
  public:
    static inline const std::vector<std::string>& files = SecondStage::files;

    /// Whether --resume resumes with this stage, because the first has ended.
    template <class Trainer, class Images>
    bool has_begun(const Trainer& trainer, const Images& images, const VaeSettings& settings) {
        return SecondStage(settings.flags).has_begun([&] { return moments(trainer, images); });
    }

    /// Learns from draws of the latents of all images. The exit code; not 0 where it was stopped.
    template <class Trainer, class Images>
    int learn(const Trainer& trainer, const Images& images, const VaeSettings& settings) {
        const Flags& flags = settings.flags;
        const std::vector<float> moments = this->moments(trainer, images);
        const int batch = std::min(most, images.size());
        LatentLoader loader(moments, {.batch = batch, .seed = flags.seed + 1, .first_stage = fingerprint(moments)});
        const float seconds = settings.seconds_of_second_stage();
        trainer_.emplace(FlowOptions<Adam>{
            .optimizer = Adam{.learning_rate = 1e-3f},
            .schedule = seconds > 0 ? Schedule::linear_warmup(100)
                                    : Schedule::cosine(settings.second_epochs * long{loader.batches()}, 0, 0.01f),
            .average = 0.995f,
            .label_drop = 0,
            .batch = batch,
            .seed = flags.seed + 1});
        std::printf("second stage: a flow of latents\n");
        return SecondStage(flags).learn(*trainer_, loader,
                                        {settings.second_epochs, loader.batches(), batch, seconds, "latents"},
                                        "A flow of latents of " + flags.data);
    }

    /// `count` latents; the same for the same seed.
    Tensor<Latent> operator()(int count, std::uint64_t seed) {
        constexpr int together = 1000;
        FlowSampler<LatentFlow> sampler(std::min(together, count));
        const auto model = trainer_->average();
        Tensor<Latent> all(count);
        for (int done = 0; done < count; done += together) {
            const Tensor<Latent> some =
                sampler(model, std::min(together, count - done), {},
                        {.steps = 25, .solver = Solver::midpoint, .seed = seed + static_cast<std::uint64_t>(done)});
            std::copy_n(some.data(), some.size(), all.data() + static_cast<long>(done) * Latent::count);
        }
        return all;
    }

  private:
    static constexpr int most = 256;  // latents of a step

    template <class Trainer, class Images>
    static std::vector<float> moments(const Trainer& trainer, const Images& images) {
        return with_result(trainer, [&](const auto& model) { return moments_of(model, images); });
    }

    std::optional<Trainer<LatentFlow>> trainer_;
};

}  // namespace example
