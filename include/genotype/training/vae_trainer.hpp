// The training step of a variational autoencoder.
#pragma once

#include "genotype/losses/gaussian_kl.hpp"
#include "genotype/model/part.hpp"
#include "genotype/tensor/input.hpp"
#include "genotype/training/autoencoder.hpp"
#include "genotype/training/trainer_base.hpp"

namespace genotype {

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

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [of_model, rates, longest, decay, pieces, own, weight, reduction, largest, draws] = *this;
        visit("optimizer", of_model);
        visit("schedule", rates);
        visit("clip_norm", longest);
        visit("average", decay, 0.f);
        visit("accumulate", pieces, 1);
        visit("groups", detail::text_of(own), std::string());
        visit("beta", weight);
        visit("reconstruction", reduction == Reconstruction::summed ? "summed" : "mean_per_value");
        visit("batch", largest);
        visit("seed", draws);
    }
};

/// What a VAE's step reports, averaged over the batch; the sum, with beta 1, is the negative evidence lower bound.
struct VaeLosses {
    float reconstruction = 0;
    float kl = 0;  // not yet multiplied by beta

    float total(float beta = 1) const { return reconstruction + beta * kl; }
};

/// Trains a VAE: encode, draw one latent a sample, decode, and follow the gradient of reconstruction + beta * KL.
/// PyTorch: the loop of its VAE example.
template <Layer E, Layer D, class Loss, ShapeType I, class Device, class Optimizer>
class Trainer<combinators::VariationalAutoencoder<E, D, Loss, I>, Device, Optimizer>
    : public TrainerBase<Trainer<combinators::VariationalAutoencoder<E, D, Loss, I>, Device, Optimizer>,
                         VaeOptions<Optimizer>, Device, Optimizer, combinators::VariationalAutoencoder<E, D, Loss, I>> {
    using Base = TrainerBase<Trainer, VaeOptions<Optimizer>, Device, Optimizer,
                             combinators::VariationalAutoencoder<E, D, Loss, I>>;

  public:
    using Network = combinators::VariationalAutoencoder<E, D, Loss, I>;
    using Latent = typename Network::Latent;
    using Options = VaeOptions<Optimizer>;
    static constexpr int latent = Network::latent;
    static constexpr std::array prefixes{""};
    static constexpr bool has_noise = true;
    static constexpr int loss_floats = 2;

    /// A model with first values, and all memory that steps on up to `options.batch` samples need.
    explicit Trainer(Options options = {}, const Device& device = {})
        : Base(options, device, {{{options.optimizer, options.average}}}),
          encoder_run_(this->capacity(), device),
          decoder_run_(this->capacity(), device),
          input_(options.batch),
          noise_(options.batch * Latent::count),
          latents_(this->capacity() * Latent::count),
          latents_gradient_(this->capacity() * Latent::count),
          moments_gradient_(2 * this->capacity() * Latent::count),
          output_gradient_(this->capacity() * I::count) {}

    /// What a step returns: `VaeLosses`, or on a device that computes beside the host what becomes them.
    using Report = detail::Reported<VaeLosses, Device>;

    /// One step on a batch in the host's memory. Allocates nothing. Throws `Error` where a value of the batch is no
    /// finite number, or not one that the loss is defined for (BCE: 0 to 1); nothing has changed then.
    Report step(View<I> batch) {
        check(batch);
        return step(input_.take(batch), {noise_.data(), batch.batch}, true);
    }

    template <detail::WrongBatch<View<I>> Other>
    VaeLosses step(const Other&) {
        static_cast<void>(typename decltype(detail::batch_verdict<Other, View<I>>())::model{});
        return {};
    }

    /// The same with noise of the caller's, both on the device. Values that the host cannot read are not looked at.
    Report step(ViewOn<I, Device> batch, ViewOn<Latent, Device> noise) {
        if (noise.batch != batch.batch) fail("Trainer", "batch of noise", noise.batch, batch.batch);
        if constexpr (Device::on_host)
            check(batch);
        else
            this->check_batch(batch.batch);
        return step(batch, noise, false);
    }

    /// The losses on a batch of up to `options.batch` samples as inference runs: `BN` takes its running statistics,
    /// `Dropout` drops nothing. Nothing that a step or a checkpoint depends on changes, and the same weights and batch
    /// give the same losses: each sample's latents are drawn by noise of its place in the batch and of the seed, from a
    /// stream of its own. It runs in the memory of the steps. PyTorch: model.eval() and torch.no_grad().
    VaeLosses evaluate(View<I> batch) { return evaluate(batch, this->model()); }

    /// The same of another model's weights: `trainer.average()`.
    VaeLosses evaluate(View<I> batch, const Model<Network, Device>& model) {
        check(batch);
        const ViewOn<Latent, Device> noise{noise_.data(), batch.batch};
        fill_normal(device_, noise.size(), RandomState{.seed = options_.seed, .stream = streams::evaluation},
                    noise_.data());
        const ViewOn<I, Device> x = input_.take(batch);
        this->evaluate_micro_batches(x.batch, [&](const detail::MicroBatch& micro) {
            const ViewOn<I, Device> few = micro.of(x);
            const ViewOn<Latent, Device> z = latents_of(encoder_run_.infer(part<0>(model), few), micro.of(noise));
            write_losses(decoder_run_.infer(part<1>(model), z), few, micro, {});
        });
        return losses(batch.batch);
    }

  private:
    using Base::device_;
    using Base::options_;

    /// Throws `Error` where a batch in the host's memory cannot be learnt from.
    void check(View<I> batch) const {
        this->check_batch(batch.batch);
        detail::check_target_domain(detail::target_domain<Loss>(), batch.batch, I::count, batch.data, "Trainer: batch");
    }

    Report step(ViewOn<I, Device> batch, ViewOn<Latent, Device> noise, bool draws) {
        const long values = noise.size();
        this->run_step({batch.data, noise.data, batch.batch, draws}, draws ? values : 0, [&](const auto& step) {
            if (draws) fill_normal(device_, values, step.noise, noise_.data());
            this->each_micro_batch(batch.batch, [&](const detail::MicroBatch& micro) {
                differentiate(micro.of(batch), micro.of(noise), step.layers, micro);
            });
            this->learn();
        });
        return losses(batch.batch);
    }

    /// Latents that are drawn from the Gaussians of `moments`.
    ViewOn<Latent, Device> latents_of(ViewOn<typename Network::Moments, Device> moments, ViewOn<Latent, Device> noise) {
        moments_ = moments.data;
        reparameterize(device_, moments.batch, latent, moments_, noise.data, latents_.data());
        return {latents_.data(), moments.batch};
    }

    /// Writes the two losses, and the gradient by the output where it is wanted.
    void write_losses(ViewOn<I, Device> output, ViewOn<I, Device> batch, const detail::MicroBatch& micro,
                      const detail::LossGradientIn<MemoryOf<Device>>& output_gradient) {
        const bool summed = options_.reconstruction == Reconstruction::summed;
        Loss::evaluate(device_, LossCallOn<Device>{.prediction = output,
                                                   .target = batch,
                                                   .reduction = summed ? Reduction::sample_sum : Reduction::mean,
                                                   .weight = micro.weight,
                                                   .value = micro.losses,
                                                   .gradient = output_gradient,
                                                   .checked = true});
        GaussianKL::evaluate(
            device_,
            {.moments = {moments_, batch.batch, 2 * latent}, .weight = micro.weight, .value = micro.losses + 1});
    }

    /// Writes the losses and the gradients.
    void differentiate(ViewOn<I, Device> batch, ViewOn<Latent, Device> noise, RandomState* random,
                       const detail::MicroBatch& micro) {
        const int samples = batch.batch;
        auto encoder = part<0>(this->model()), decoder = part<1>(this->model());
        float* const gradients = this->gradients_of().data();
        const ViewOn<Latent, Device> z = latents_of(encoder_run_.forward(encoder, batch, random), noise);
        write_losses(decoder_run_.forward(decoder, z, random), batch, micro,
                     {output_gradient_.data(), samples, I::count});
        float *const dz = latents_gradient_.data(), *const dmoments = moments_gradient_.data();
        decoder_run_.backward(decoder, z, {output_gradient_.data(), samples},
                              {.input_gradient = {dz, samples},
                               .gradients = {gradients + parameter_floats<E>(), parameter_floats<D>()},
                               .accumulate = micro.accumulate});
        reparameterize_backward(device_, samples, latent, moments_, noise.data, dz, dmoments);
        GaussianKL::evaluate(device_, {.moments = {moments_, samples, 2 * latent},
                                       .weight = options_.beta * micro.weight,
                                       .gradient = {dmoments, samples, 2 * latent},
                                       .accumulate = true});
        encoder_run_.backward(encoder, batch, {dmoments, samples},
                              {.gradients = {gradients, parameter_floats<E>()}, .accumulate = micro.accumulate});
    }

    Report losses(int samples) {
        return this->template report<VaeLosses>(
            [](const float* sums, int) {
                return VaeLosses{sums[0], sums[1]};
            },
            samples);
    }

    Workspace<E, I, Training, Device> encoder_run_;
    Workspace<D, Latent, Training, Device> decoder_run_;
    detail::Input<I, Device> input_;
    Arena<Device> noise_, latents_, latents_gradient_, moments_gradient_, output_gradient_;
    const float* moments_ = nullptr;
};

}  // namespace genotype
