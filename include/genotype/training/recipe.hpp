// A training of one's own: what a step computes, and a trainer for it.
#pragma once

#include <cstring>
#include <span>
#include <vector>

#include "genotype/kernels/functions.hpp"
#include "genotype/model/inputs.hpp"
#include "genotype/tensor/input.hpp"
#include "genotype/training/labels.hpp"
#include "genotype/training/supervised_trainer.hpp"

namespace genotype {

/// What a step computes with one network, and nothing else; `Trainer<R>` has all that trainers have.
///
///     template <Layer N>
///     struct Denoising {  // a network that takes noise away again
///         using Network = N;
///         using Sample = InputShape<N>;                  // of a batch, and what the network is given
///         struct Losses { float error; };                // floats alone
///         static constexpr long draws = Sample::count;   // from N(0, 1), a sample
///         template <class Step> static void step(Step& s) {
///             const auto clean = s.batch();
///             const auto noisy = s.compute(kernels::Add{}, s.template normal<Sample>(), clean);
///             s.template learn<MSE>(&Losses::error, s.run(noisy), clean);
///         }
///     };
///     Trainer<Denoising<Net>> trainer({.clip_norm = 1, .average = 0.999f, .accumulate = 2, .batch = 64});
///
/// A recipe whose batches have labels says `static constexpr int classes`, and reads them by `s.labels()`.
template <class R>
concept Recipe = Layer<typename R::Network> && ShapeType<typename R::Sample> && requires {
    typename R::Losses;
    { R::draws } -> std::convertible_to<long>;
};

namespace detail {

/// What a recipe's step is given: one micro-batch, and what becomes of it.
template <class Trainer, class R, class Device>
class RecipeStep {
    using Sample = typename R::Sample;
    using Losses = typename R::Losses;

  public:
    template <ShapeType S>
    using Batch = ViewOn<S, Device>;
    using Output = Batch<typename Trainer::Output>;

    RecipeStep(Trainer& trainer, const detail::MicroBatch& micro, Batch<Sample> batch, RandomState* layers)
        : trainer_(trainer), micro_(micro), batch_(micro.of(batch)), whole_(batch.batch), layers_(layers) {}

    const Device& device() const { return trainer_.model().runs_on(); }
    int size() const { return micro_.count; }
    Batch<Sample> batch() const { return batch_; }
    /// A label a sample, as a network's further input takes it: `given<label>(s.labels())`.
    Batch<Shape<1>> labels() const { return {trainer_.labels_.data() + micro_.first, micro_.count}; }

    /// The next of the recipe's draws. Throws `Error` where there are no more.
    template <ShapeType S>
    Batch<S> normal() {
        if (drawn_ + S::count > R::draws)
            fail("Recipe", "draws of a sample", drawn_ + S::count, concat("the ", R::draws, " that the recipe says"));
        const float* const first = trainer_.noise_.data() + drawn_ * whole_;
        drawn_ += S::count;
        return micro_.of(Batch<S>{first, whole_});
    }
    /// f of each value, in memory that is the step's.
    template <class F, ShapeType S, class... More>
    Batch<S> compute(F f, View<S, MemoryOf<Device>> first, const More&... more) {
        float* const to = memory(S::count);
        map(device(), first.size(), f, to, first.data, Batch<S>(more).data...);
        return {to, micro_.count};
    }

    /// Runs the network.
    Output run(Batch<Sample> x) {
        x_ = x;
        return trainer_.run_.forward(trainer_.model(), x, layers_);
    }
    Output run(Batch<Sample> x, const InputsOf<typename R::Network, Device>& inputs) {
        x_ = x;
        return trainer_.run_.forward(trainer_.model(), x, inputs, layers_);
    }
    /// The loss of what the last run told, and the gradients by it.
    template <class Loss, class Target>
    void learn(float Losses::*loss, Output told, const Target& target) {
        const Losses of{};
        const auto place = reinterpret_cast<const float*>(&(of.*loss)) - reinterpret_cast<const float*>(&of);
        float* const gradient = memory(Trainer::Output::count);
        Loss::evaluate(device(), LossCallOn<Device>{.prediction = told,
                                                    .target = target,
                                                    .weight = micro_.weight,
                                                    .value = micro_.losses + place,
                                                    .gradient = {gradient, told.batch, Trainer::Output::count}});
        trainer_.run_.backward(trainer_.model(), x_, {gradient, told.batch},
                               {.gradients = trainer_.template gradients_of<0>(), .accumulate = micro_.accumulate});
    }

  private:
    /// The same in each step, which asks in the same order. Throws `Error` where it asks for more than in the first.
    float* memory(long of_a_sample) {
        const long floats = static_cast<long>(trainer_.capacity()) * of_a_sample;
        if (asked_ == trainer_.memory_.size()) trainer_.memory_.emplace_back(floats);
        auto& memory = trainer_.memory_[asked_++];
        if (memory.size() < floats)
            fail("Recipe", concat("floats of the values that a step computes, number ", asked_), floats,
                 concat("at most ", memory.size(), ", as in the first step: a step computes the same each time"));
        return memory.data();
    }

    Trainer& trainer_;
    MicroBatch micro_;
    Batch<Sample> batch_, x_;
    int whole_;
    RandomState* layers_;
    long drawn_ = 0;
    std::size_t asked_ = 0;
};

}  // namespace detail

/// Options of a recipe's trainer.
template <class Optimizer>
using RecipeOptions = SupervisedOptions<Optimizer>;

/// Trains by a recipe. The first step allocates what the recipe asks for, the others nothing.
template <Recipe R, class Device, class Optimizer>
class Trainer<R, Device, Optimizer> : public TrainerBase<Trainer<R, Device, Optimizer>, RecipeOptions<Optimizer>,
                                                         Device, Optimizer, typename R::Network> {
    using Base = TrainerBase<Trainer, RecipeOptions<Optimizer>, Device, Optimizer, typename R::Network>;
    using Net = typename R::Network;
    using Sample = typename R::Sample;
    using Losses = typename R::Losses;
    friend class detail::RecipeStep<Trainer, R, Device>;
    static_assert(std::is_trivially_copyable_v<Losses> && sizeof(Losses) % sizeof(float) == 0,
                  "a recipe's Losses are floats alone");

  public:
    using Output = OutputShape<Net, Sample>;
    using Options = RecipeOptions<Optimizer>;
    using Report = detail::Reported<Losses, Device>;
    static constexpr std::array prefixes{""};
    static constexpr bool has_noise = R::draws > 0, has_labels = requires { R::classes; };
    static constexpr int loss_floats = static_cast<int>(sizeof(Losses) / sizeof(float));

    explicit Trainer(Options options = {}, const Device& device = {})
        : Base(options, device, {{{options.optimizer, options.average}}}),
          run_(this->capacity(), device),
          input_(options.batch),
          labels_(has_labels ? options.batch : 0),
          noise_(options.batch * R::draws) {}

    /// One step on a batch in the host's memory, with a label each where the recipe has classes. Throws `Error` where a
    /// value is no finite number, where there are not as many labels as samples, and where one is no class; nothing has
    /// changed then.
    Report step(View<Sample> batch, std::span<const int> labels) requires has_labels {
        this->check_batch(batch.batch);
        detail::check_labels("Trainer", labels, batch.batch, R::classes, "sample of the batch",
                             [] { return detail::concat("one of the recipe's classes, 0 to ", R::classes - 1); });
        check(batch);
        for (std::size_t at = 0; at < labels.size(); ++at) labels_.staging()[at] = static_cast<float>(labels[at]);
        labels_.send(batch.batch);
        return make_step(batch);
    }
    Report step(View<Sample> batch) requires(!has_labels) {
        this->check_batch(batch.batch);
        check(batch);
        return make_step(batch);
    }
    /// The same on a loader's batch, with the labels that it carries.
    template <class Batch>
    requires(has_labels&& requires(const Batch& batch) {
        { batch.samples } -> std::convertible_to<View<Sample>>;
    }) Report step(const Batch& batch) {
        return step(batch.samples, batch.labels);
    }

  private:
    void check(View<Sample> batch) const {
        detail::check_target_domain(LossDomain::real, batch.batch, Sample::count, batch.data, "Trainer: batch");
    }

    Report make_step(View<Sample> batch) {
        const ViewOn<Sample, Device> real = input_.take(batch);
        const long draws = R::draws * real.batch;
        this->run_step({real.data, nullptr, real.batch, 0}, draws, [&](const auto& step) {
            if (draws > 0) fill_normal(this->device_, draws, step.noise, noise_.data());
            this->each_micro_batch(real.batch, [&](const detail::MicroBatch& micro) {
                detail::RecipeStep<Trainer, R, Device> s(*this, micro, real, step.layers);
                R::step(s);
            });
            this->learn();
        });
        return this->template report<Losses>(
            [](const float* values, int) {
                Losses losses;
                std::memcpy(&losses, values, sizeof losses);
                return losses;
            },
            real.batch);
    }

    Workspace<Net, Sample, Training, Device> run_;
    detail::Input<Sample, Device> input_;
    detail::Sent<float, Device> labels_;
    Arena<Device> noise_;
    std::vector<Arena<Device>> memory_;  // in the order in which the recipe asks
};

}  // namespace genotype
