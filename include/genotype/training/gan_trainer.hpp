// The training step of a GAN.
#pragma once

#include "genotype/kernels/capture.hpp"
#include "genotype/kernels/functions.hpp"
#include "genotype/optimizers/schedule.hpp"
#include "genotype/tensor/input.hpp"
#include "genotype/tensor/later.hpp"
#include "genotype/tensor/sender.hpp"
#include "genotype/training/adversarial.hpp"
#include "genotype/training/layer_draws.hpp"
#include "genotype/training/optimized.hpp"
#include "genotype/training/trainer.hpp"

namespace genotype {

/// Options of a GAN's trainer; the defaults are those of the DCGAN that PyTorch's users know.
template <class Optimizer>
struct GanOptions {
    Optimizer generator{.learning_rate = 2e-4f};
    Optimizer discriminator{.learning_rate = 2e-4f};
    Schedule schedule{};
    float clip_norm = 0;  // 0: no clipping
    int batch = 64;       // the largest batch that a step will see
    std::uint64_t seed = 0;

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [of_generator, of_discriminator, rates, longest, largest, draws] = *this;
        visit("generator", of_generator);
        visit("discriminator", of_discriminator);
        visit("schedule", rates);
        visit("clip_norm", longest);
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
    : public Checkpointed<Trainer<combinators::Adversarial<G, D, Loss, Noise>, Device, Optimizer>> {
  public:
    using Network = combinators::Adversarial<G, D, Loss, Noise>;
    using Picture = typename Network::Picture;
    using Options = GanOptions<Optimizer>;

    /// Both models with first values, and all memory that steps on up to `options.batch` pictures need.
    explicit Trainer(Options options = {}, const Device& device = {})
        : device_(device),
          options_(options),
          generator_(Seed{options.seed}, device),
          discriminator_(Seed{options.seed + 1}, device),
          generator_optimizer_(options.generator),
          discriminator_optimizer_(options.discriminator),
          generator_run_(options.batch, device),
          discriminator_run_(options.batch, device),
          input_(options.batch),
          noise_(options.batch * Noise::count),
          picture_gradient_(options.batch * Picture::count),
          answer_gradient_(options.batch),
          random_{.seed = options.seed, .stream = streams::noise},
          layers_random_(options.seed) {}

    /// What a step returns: `GanLosses`, or on a device that computes beside the host what becomes them.
    using Report = detail::Reported<GanLosses, Device>;

    /// One step on a batch of real pictures in the host's memory and as many generated ones. Allocates nothing. Throws
    /// `Error` where a value of the batch is no finite number; nothing has changed then.
    Report step(View<Picture> real) {
        check(real);
        return step(input_.take(real), {noise_.data(), real.batch}, true);
    }

    template <class Other>
    requires(!std::convertible_to<const Other&, View<Picture>>) GanLosses step(const Other&) {
        static_cast<void>(
            typename why::batch_has_another_shape<why::got<typename Other::shape>, why::wants<Picture>>::model{});
        return {};
    }

    /// The same with noise of the caller's, both on the device. Values that the host cannot read are not looked at.
    Report step(View<Picture> real, View<Noise> noise) {
        if (noise.batch != real.batch) fail("Trainer::step", "batch of noise", noise.batch, real.batch);
        if constexpr (Device::on_host)
            check(real);
        else
            discriminator_run_.check(real.batch);
        return step(real, noise, false);
    }

    Model<G, Device>& generator() { return generator_; }
    Model<D, Device>& discriminator() { return discriminator_; }
    const Model<G, Device>& generator() const { return generator_; }
    const Model<D, Device>& discriminator() const { return discriminator_; }
    const Gradients<G, Device>& generator_gradients() const { return generator_gradients_; }
    const Gradients<D, Device>& discriminator_gradients() const { return discriminator_gradients_; }
    const Options& options() const { return options_; }
    /// How many steps it has made.
    std::int64_t steps() const { return generator_optimizer_.steps(); }

    /// Calls `visit` for every part of its state: what saving, resuming and loading go by.
    template <class Self, class Visit>
    static void describe_state(Self& self, Visit& visit) {
        visit.joins("Adversarial");
        visit.network("generator.", self.generator_, self.generator_optimizer_);
        visit.network("discriminator.", self.discriminator_, self.discriminator_optimizer_);
        visit.random("noise", self.random_);
        visit.random("layers", self.layers_random_.state());
    }

  private:
    /// What changes from step to step.
    struct Numbers {
        std::uint64_t noise, layers;  // where their random numbers begin
        typename Optimizer::Update generator, discriminator;
    };

    /// Throws `Error` where a batch in the host's memory cannot be learnt from.
    void check(View<Picture> real) const {
        discriminator_run_.check(real.batch);
        detail::check_target_domain(LossDomain::real, real.batch, Picture::count, real.data, "Trainer: batch");
    }

    Report step(View<Picture> real, View<Noise> noise, bool draws) {
        spread_threads(device_);
        const long values = noise.size();
        const RandomState start = draws ? random_.take(values) : random_;
        const float factor = options_.schedule.factor(static_cast<long>(generator_optimizer_.steps()));
        numbers_.send_one({start.position, layers_random_.state().position, generator_optimizer_.next(factor),
                           discriminator_optimizer_.next(factor)});
        const Numbers* const numbers = numbers_.data();
        step_.run({real.data, noise.data, real.batch, draws}, [&] {
            if (draws) fill_normal(device_, values, start.counting_on(&numbers->noise), noise_.data());
            RandomState* const random = layers_random_.begin(&numbers->layers);

            discriminate<&call_real>(real, random, sums_.data());
            discriminator_run_.backward(discriminator_, real, answer_gradient(real.batch),
                                        {.gradients = discriminator_gradients_});
            const auto fake = generator_run_.forward(generator_, noise, random);
            discriminate<&call_fake>(fake, random, sums_.data() + 2);
            discriminator_run_.backward(discriminator_, fake, answer_gradient(real.batch),
                                        {.gradients = discriminator_gradients_, .accumulate = true});
            discriminator_optimizer_.apply(discriminator_, discriminator_gradients_, &numbers->discriminator,
                                           options_.clip_norm);

            discriminate<&call_generator>(fake, random, sums_.data() + 4);
            discriminator_run_.backward(discriminator_, fake, answer_gradient(real.batch),
                                        {.input_gradient = {picture_gradient_.data(), real.batch}});
            generator_run_.backward(generator_, noise, {picture_gradient_.data(), real.batch},
                                    {.gradients = generator_gradients_});
            generator_optimizer_.apply(generator_, generator_gradients_, &numbers->generator, options_.clip_norm);
        });
        layers_random_.end();
        return detail::report<GanLosses, Device>(fetcher_, sums_.data(), 6, losses_of, real.batch);
    }

    /// From the loss on real pictures and the sum of the answers to them, the same on generated ones, and the
    /// generator's.
    static GanLosses losses_of(const float* sums, int samples) {
        return {sums[0] + sums[2], sums[4], sums[1] / static_cast<float>(samples),
                sums[3] / static_cast<float>(samples)};
    }

    static void call_real(const Device& device, const LossCall& call) { Loss::discriminator_real(device, call); }
    static void call_fake(const Device& device, const LossCall& call) { Loss::discriminator_fake(device, call); }
    static void call_generator(const Device& device, const LossCall& call) { Loss::generator(device, call); }

    /// Runs the discriminator; writes the loss and the sum of its answers, and leaves the answers' gradient.
    template <auto Evaluate>
    void discriminate(View<Picture> pictures, RandomState* random, float* loss_and_answers) {
        const auto answers = discriminator_run_.forward(discriminator_, pictures, random);
        Evaluate(device_, LossCall{.prediction = answers,
                                   .value = loss_and_answers,
                                   .gradient = {answer_gradient_.data(), pictures.batch, 1},
                                   .checked = true});
        sum(device_, pictures.batch, kernels::Identity{}, loss_and_answers + 1, answers.data);
    }
    View<typename Network::Answer> answer_gradient(int batch) { return {answer_gradient_.data(), batch}; }

    [[no_unique_address]] Device device_;
    Options options_;
    Model<G, Device> generator_;
    Model<D, Device> discriminator_;
    Gradients<G, Device> generator_gradients_;
    Gradients<D, Device> discriminator_gradients_;
    Optimized<G, Device, Optimizer> generator_optimizer_;
    Optimized<D, Device, Optimizer> discriminator_optimizer_;
    Workspace<G, Noise, Training, Device> generator_run_;
    Workspace<D, Picture, Training, Device> discriminator_run_;
    detail::Input<Picture, Device> input_;
    Arena<Device> noise_, picture_gradient_, answer_gradient_;
    Arena<Device> sums_{6};
    kernels::Replayed<Device> step_;
    detail::Sent<Numbers, Device> numbers_{1};
    detail::Fetcher<Device> fetcher_;
    RandomState random_;
    detail::LayerDraws layers_random_;
};

}  // namespace genotype
