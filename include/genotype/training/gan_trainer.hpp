// The training step of a GAN.
#pragma once

#include "genotype/kernels/functions.hpp"
#include "genotype/tensor/input.hpp"
#include "genotype/training/adversarial.hpp"
#include "genotype/training/trainer_base.hpp"

namespace genotype {

/// Options of a GAN's trainer; the defaults are those of the DCGAN that PyTorch's users know.
template <class Optimizer>
struct GanOptions {
    Optimizer generator{.learning_rate = 2e-4f};
    Optimizer discriminator{.learning_rate = 2e-4f};
    Schedule schedule{};
    float clip_norm = 0;       // 0: no clipping
    float average = 0;         // decay of the average of the generator's weights, such as 0.999; 0: none
    int accumulate = 1;        // micro-batches that a batch goes through the networks in: see `MicroBatch`
    ParameterGroups groups{};  // parameters with options of their own, or frozen
    int batch = 64;            // the largest batch that a step will see
    std::uint64_t seed = 0;

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [of_generator, of_discriminator, rates, longest, decay, pieces, own, largest, draws] = *this;
        visit("generator", of_generator);
        visit("discriminator", of_discriminator);
        visit("schedule", rates);
        visit("clip_norm", longest);
        visit("average", decay, 0.f);
        visit("accumulate", pieces, 1);
        visit("groups", detail::text_of(own), std::string());
        visit("batch", largest);
        visit("seed", draws);
    }
};

/// What a GAN's step reports.
struct GanLosses {
    float discriminator = 0;  // loss on real + loss on generated pictures
    float generator = 0;
    float real_answer = 0;  // D(x), averaged over the batch
    float fake_answer = 0;  // D(G(z)), before the discriminator's update
};

/// Trains a GAN: each step updates the discriminator on real and on generated pictures, with batch statistics taken
/// separately for the two, and then the generator through the updated discriminator.
/// PyTorch: the loop of its DCGAN example.
template <Layer G, Layer D, class Loss, ShapeType Noise, class Device, class Optimizer>
class Trainer<combinators::Adversarial<G, D, Loss, Noise>, Device, Optimizer>
    : public TrainerBase<Trainer<combinators::Adversarial<G, D, Loss, Noise>, Device, Optimizer>, GanOptions<Optimizer>,
                         Device, Optimizer, G, D> {
    using Base = TrainerBase<Trainer, GanOptions<Optimizer>, Device, Optimizer, G, D>;

  public:
    using Network = combinators::Adversarial<G, D, Loss, Noise>;
    using Picture = typename Network::Picture;
    using Options = GanOptions<Optimizer>;
    static constexpr const char* joins = "Adversarial";
    static constexpr std::array prefixes{"generator.", "discriminator."};
    static constexpr bool has_noise = true;
    static constexpr int loss_floats = 6;

    /// Both models with first values, and all memory that steps on up to `options.batch` pictures need.
    explicit Trainer(Options options = {}, const Device& device = {})
        : Base(options, device, {{{options.generator, options.average}, {options.discriminator}}}),
          generator_run_(this->capacity(), device),
          discriminator_run_(this->capacity(), device),
          input_(options.batch),
          noise_(options.batch * Noise::count),
          picture_gradient_(this->capacity() * Picture::count),
          answer_gradient_(this->capacity()) {}

    /// What a step returns: `GanLosses`, or on a device that computes beside the host what becomes them.
    using Report = detail::Reported<GanLosses, Device>;

    /// One step on a batch of real pictures in the host's memory and as many generated ones. Allocates nothing. Throws
    /// `Error` where a value of the batch is no finite number; nothing has changed then.
    Report step(View<Picture> real) {
        check(real);
        return step(input_.take(real), {noise_.data(), real.batch}, true);
    }

    template <detail::WrongBatch<View<Picture>> Other>
    GanLosses step(const Other&) {
        static_cast<void>(typename decltype(detail::batch_verdict<Other, View<Picture>>())::model{});
        return {};
    }

    /// The same with noise of the caller's, both on the device. Values that the host cannot read are not looked at.
    Report step(ViewOn<Picture, Device> real, ViewOn<Noise, Device> noise) {
        if (noise.batch != real.batch) fail("Trainer::step", "batch of noise", noise.batch, real.batch);
        if constexpr (Device::on_host)
            check(real);
        else
            this->check_batch(real.batch);
        return step(real, noise, false);
    }

    Model<G, Device>& generator() { return this->template network<0>().model; }
    Model<D, Device>& discriminator() { return this->template network<1>().model; }
    const Model<G, Device>& generator() const { return this->template network<0>().model; }
    const Model<D, Device>& discriminator() const { return this->template network<1>().model; }
    const Gradients<G, Device>& generator_gradients() const { return this->template network<0>().gradients; }
    const Gradients<D, Device>& discriminator_gradients() const { return this->template network<1>().gradients; }

    /// The exponential moving average of the generator over the steps, which draws better pictures than any one step's,
    /// because the two networks circle around each other: see `TrainerBase::average`. The discriminator has none: it is
    /// there to judge the generator of this very step, and nobody draws from it.
    /// Source: Yazici et al., "The unusual effectiveness of averaging in GAN training" (ICLR 2019).
    Model<G, Device> average_generator() const { return Base::average_of(this->template network<0>()); }

  private:
    using Base::device_;

    /// Throws `Error` where a batch in the host's memory cannot be learnt from.
    void check(View<Picture> real) const {
        this->check_batch(real.batch);
        detail::check_target_domain(LossDomain::real, real.batch, Picture::count, real.data, "Trainer: batch");
    }

    Report step(ViewOn<Picture, Device> real, ViewOn<Noise, Device> noise, bool draws) {
        const long values = noise.size();
        auto& generator = this->generator();
        auto& discriminator = this->discriminator();
        auto& generator_gradients = this->template gradients_of<0>();
        auto& discriminator_gradients = this->template gradients_of<1>();
        this->run_step({real.data, noise.data, real.batch, draws}, draws ? values : 0, [&](const auto& step) {
            if (draws) fill_normal(device_, values, step.noise, noise_.data());

            ViewOn<Picture, Device> fake;
            this->each_micro_batch(real.batch, [&](const detail::MicroBatch& micro) {
                const ViewOn<Picture, Device> x = micro.of(real);
                discriminate<&call_real>(x, step.layers, micro, 0);
                discriminator_run_.backward(discriminator, x, answer_gradient(x.batch),
                                            {.gradients = discriminator_gradients, .accumulate = micro.accumulate});
                fake = generator_run_.forward(generator, micro.of(noise), step.layers);
                discriminate<&call_fake>(fake, step.layers, micro, 2);
                discriminator_run_.backward(discriminator, fake, answer_gradient(x.batch),
                                            {.gradients = discriminator_gradients, .accumulate = true});
            });
            this->template learn<1>();

            this->each_micro_batch(real.batch, [&](const detail::MicroBatch& micro) {
                const ViewOn<Noise, Device> z = micro.of(noise);
                // One micro-batch alone is still there.
                if (!micro.is_whole()) fake = generator_run_.forward(generator, z, step.layers);
                discriminate<&call_generator>(fake, step.layers, micro, 4);
                discriminator_run_.backward(discriminator, fake, answer_gradient(z.batch),
                                            {.input_gradient = {picture_gradient_.data(), z.batch}});
                generator_run_.backward(generator, z, {picture_gradient_.data(), z.batch},
                                        {.gradients = generator_gradients, .accumulate = micro.accumulate});
            });
            this->template learn<0>();
        });
        return this->template report<GanLosses>(losses_of, real.batch);
    }

    /// From the loss on real pictures and the sum of the answers to them, the same on generated ones, and the
    /// generator's.
    static GanLosses losses_of(const float* sums, int samples) {
        return {sums[0] + sums[2], sums[4], sums[1] / static_cast<float>(samples),
                sums[3] / static_cast<float>(samples)};
    }

    static void call_real(const Device& device, const LossCallOn<Device>& call) {
        Loss::discriminator_real(device, call);
    }
    static void call_fake(const Device& device, const LossCallOn<Device>& call) {
        Loss::discriminator_fake(device, call);
    }
    static void call_generator(const Device& device, const LossCallOn<Device>& call) { Loss::generator(device, call); }

    /// Runs the discriminator; writes the loss and the sum of its answers, and leaves the answers' gradient.
    template <auto Evaluate>
    void discriminate(ViewOn<Picture, Device> pictures, RandomState* random, const detail::MicroBatch& micro,
                      int first) {
        float* const loss_and_answers = micro.losses + first;
        const auto answers = discriminator_run_.forward(discriminator(), pictures, random);
        Evaluate(device_, LossCallOn<Device>{.prediction = answers,
                                             .weight = micro.weight,
                                             .value = loss_and_answers,
                                             .gradient = {answer_gradient_.data(), pictures.batch, 1},
                                             .checked = true});
        sum(device_, pictures.batch, kernels::Identity{}, loss_and_answers + 1, answers.data);
    }
    ViewOn<typename Network::Answer, Device> answer_gradient(int batch) { return {answer_gradient_.data(), batch}; }

    Workspace<G, Noise, Training, Device> generator_run_;
    Workspace<D, Picture, Training, Device> discriminator_run_;
    detail::Input<Picture, Device> input_;
    Arena<Device> noise_, picture_gradient_, answer_gradient_;
};

}  // namespace genotype
