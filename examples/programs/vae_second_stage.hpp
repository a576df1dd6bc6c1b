// The second stage of examples/programs/vae.cpp --model two-stage: a flow from noise to the latents that a VAE's images
// have.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <genotype/data/shuffle.hpp>
#include <genotype/flow.hpp>
#include <genotype/training/progress.hpp>
#include <numeric>
#include <optional>
#include <vector>

#include "training.hpp"
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

/// Latents as images have them. Where many images are, N(0, 1) has hardly any, and the other way round: what is drawn
/// from N(0, 1) looks like nothing. Source: Dai and Wipf, "Diagnosing and enhancing VAE models" (ICLR 2019), whose
/// second stage is another VAE.
class LatentFlowPrior {
  public:
    /// Learns from draws of the latents of all images, anew in each epoch. Ends early when `first` is stopped.
    template <class Trainer, class Images>
    void learn(const Trainer& trainer, const Images& images, const VaeSettings& settings, const Record& first) {
        if (first.is_stopped()) return;
        const Flags& flags = settings.flags;
        const std::vector<float> moments =
            with_result(trainer, [&](const auto& model) { return moments_of(model, images); });
        const int count = images.size(), batch = std::min(most, count);
        const long batches = count / batch, steps = settings.second_epochs * batches;
        const double seconds = settings.seconds_of_second_stage();
        trainer_.emplace(FlowOptions<Adam>{
            .optimizer = Adam{.learning_rate = 1e-3f},
            .schedule = seconds > 0 ? Schedule::linear_warmup(100) : Schedule::cosine(steps, 0, 0.01f),
            .average = 0.995f,
            .label_drop = 0,
            .batch = batch,
            .seed = flags.seed + 1});
        std::vector<int> order(static_cast<std::size_t>(count));
        Tensor<Latent> noise(batch), drawn(batch);
        RandomState draws{.seed = flags.seed + 1, .stream = streams::sampling};
        Progress progress(settings.second_epochs, batches, batch, 0, "latents");
        std::printf("second stage: a flow of latents\n");
        double sum = 0;
        long summed = 0;
        for (long step = 0; !first.is_stopped(); ++step) {
            if (seconds > 0 ? progress.seconds() >= seconds : step >= steps) break;
            const long epoch = step / batches, place = step % batches;
            if (place == 0) shuffle(order, flags.seed + 1, static_cast<std::uint64_t>(epoch));
            fill_normal(Cpu{}, noise.size(), draws.take(noise.size()), noise.data());
            for (int n = 0; n < batch; ++n) {
                const int image = order[static_cast<std::size_t>(place * batch + n)];
                const float* const own = moments.data() + image * 2L * Latent::count;
                for (int i = 0; i < Latent::count; ++i)
                    drawn(n, i) = own[i] + std::exp(own[Latent::count + i] / 2) * noise(n, i);
            }
            const float loss = trainer_->step(drawn);
            if (place == 0) {
                sum = 0;
                summed = 0;
            }
            sum += static_cast<double>(loss);
            ++summed;
            char words[40];
            std::snprintf(words, sizeof words, "loss %.4f", static_cast<double>(loss));
            progress.step(epoch, place, words, seconds > 0 ? progress.seconds() / seconds : -1);
        }
        progress.finish();
        if (!first.is_stopped())
            std::printf("second stage: %lld steps, %.1f s, loss of the last epoch %.4f\n",
                        static_cast<long long>(trainer_->steps()), progress.seconds(),
                        sum / static_cast<double>(summed));
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

    std::optional<Trainer<LatentFlow>> trainer_;
};

}  // namespace example
