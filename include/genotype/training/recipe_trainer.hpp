// The trainer of every recipe.
#pragma once

#include <concepts>
#include <span>

#include "genotype/training/recipe_runner.hpp"

namespace genotype::why {

// Faults in how a step is called.
template <class Wants>
struct step_is_given_no_labels {};
template <int Networks, class Hint>
struct evaluate_is_of_recipes_of_one_network {};
struct hint_run_model_0_or_average_0_in_a_Workspace;

}  // namespace genotype::why

namespace genotype::inline v0_1 {

namespace detail {

/// The steps of a recipe whose batches are samples of one shape, with a label or a target each where it has them.
template <class Itself, class R, class Device, class Optimizer>
class SampleTrainer : public RecipeRunner<Itself, R, Device, Optimizer> {
    using Base = RecipeRunner<Itself, R, Device, Optimizer>;
    using Facts = RecipeFacts<R>;
    using Sample = typename R::Sample;
    using Net = typename ElementOf<0, typename Facts::Networks>::type;
    using Inputs = RecipeInputs<R, Device>;
    static constexpr bool is_given_more = Facts::classes > 0 || Facts::has_targets;

    static consteval auto noise_of() {
        if constexpr (Facts::takes_noise)
            return std::type_identity<typename R::Noise>{};
        else
            return std::type_identity<Sample>{};
    }
    using Noise = typename decltype(noise_of())::type;

  public:
    using typename Base::Report;
    static constexpr bool has_labels = Facts::classes > 0;
    /// What is given beside the samples: a label each, or values of a shape.
    using Targets = std::conditional_t<has_labels, std::span<const int>, View<typename Inputs::Target>>;

    /// Networks with initial values, and all memory that steps on up to `options.batch` samples need. A recipe without
    /// `Scratch` is asked for it: its step is called on one sample of zeros, and no network runs.
    explicit SampleTrainer(const typename Base::Options& options, const Device& device) : Base(options, device) {}

    /// One step on a batch in the host's memory; returns its losses before the update. Allocates nothing. Throws
    /// `Error` where a value is no finite number or not one that the loss is defined for (BCE: 0 to 1), where there are
    /// not as many labels or targets as samples, and where a label is no class; nothing has changed then.
    Report step(View<Sample> batch) requires(!is_given_more) {
        check(batch);
        return this->make_step(this->given_.samples.take(batch), batch.batch);
    }
    Report step(View<Sample> batch, Targets targets) requires is_given_more {
        check(batch, targets);
        this->given_.take(targets);
        return this->make_step(this->given_.samples.take(batch), batch.batch);
    }

    /// The same with noise of the caller's, both on the device; labels are in the host's memory. Values that the host
    /// cannot read are not looked at.
    Report step(ViewOn<Sample, Device> batch,
                ViewOn<Noise, Device> noise) requires(Facts::takes_noise && !is_given_more) {
        check_noise(batch, noise);
        return this->make_step(batch, batch.batch, noise.data);
    }
    Report step(ViewOn<Sample, Device> batch, Targets targets,
                ViewOn<Noise, Device> noise) requires(Facts::takes_noise&& is_given_more) {
        check_noise(batch, noise);
        Inputs::check_targets(batch.batch, targets);
        this->given_.take(targets);
        return this->make_step(batch, batch.batch, noise.data);
    }

    /// The same on a loader's batch, with the labels that it carries. A batch of another shape does not compile, nor
    /// one without labels where there have to be some.
    template <class Batch>
    requires(has_labels || !std::convertible_to<const Batch&, View<Sample>>) Report step(const Batch& batch) {
        if constexpr (has_labels && requires { batch.labels; })
            return step(fitting(batch), batch.labels);
        else if constexpr (std::convertible_to<const Batch&, View<Sample>>)
            return typename why::step_is_given_no_labels<why::wants<Class<Facts::classes>>>::model{};
        else
            return typename decltype(batch_verdict<Batch, View<Sample>>())::model{};
    }

    /// The losses on up to `options.batch` samples as inference runs: `BN` takes its running statistics, `Dropout`
    /// drops nothing. Nothing that a step or a checkpoint depends on changes, and the same weights and batch give the
    /// same losses: a recipe's draws are of the sample's place in the batch and of the seed, from a stream of their
    /// own. It runs in the memory of the steps. `model` may be another's weights: `trainer.average()`.
    /// PyTorch: model.eval() and torch.no_grad().
    auto evaluate(View<Sample> batch) requires(Base::networks == 1 && !is_given_more) {
        return evaluate(batch, this->model());
    }
    auto evaluate(View<Sample> batch, const Model<Net, Device>& model) requires(Base::networks == 1 && !is_given_more) {
        check(batch);
        return this->make_evaluation(this->given_.samples.take(batch), batch.batch, model);
    }
    auto evaluate(View<Sample> batch, Targets targets) requires(Base::networks == 1 && is_given_more) {
        return evaluate(batch, targets, this->model());
    }
    auto evaluate(View<Sample> batch, Targets targets,
                  const Model<Net, Device>& model) requires(Base::networks == 1 && is_given_more) {
        check(batch, targets);
        this->given_.take(targets);
        return this->make_evaluation(this->given_.samples.take(batch), batch.batch, model);
    }

    /// A step of several networks does not say what the losses of its turns are without learning: says so.
    template <class... More>
    auto evaluate(const More&...) requires(Base::networks > 1) {
        return typename why::evaluate_is_of_recipes_of_one_network<
            static_cast<int>(Base::networks), why::hint_run_model_0_or_average_0_in_a_Workspace>::model{};
    }

  private:
    template <class Batch>
    static View<Sample> fitting(const Batch& batch) {
        if constexpr (std::convertible_to<decltype(batch.samples), View<Sample>>)
            return batch.samples;
        else
            return
                typename decltype(batch_verdict<std::remove_cvref_t<decltype(batch.samples)>, View<Sample>>())::model{};
    }

    template <class... Beside>
    void check(View<Sample> batch, const Beside&... beside) const {
        this->check_batch(batch.batch);
        Inputs::check(batch, beside...);
    }
    void check_noise(ViewOn<Sample, Device> batch, ViewOn<Noise, Device> noise) const {
        // A GAN's words name the call.
        if (noise.batch != batch.batch)
            fail(Base::networks > 1 ? "Trainer::step" : "Trainer", "batch of noise", noise.batch, batch.batch);
        this->check_batch(batch.batch);
        if constexpr (Device::on_host) Inputs::check(batch);
    }
};

/// What a recipe's trainer has beside what all have: nothing, where the recipe does not say `Members`.
struct NoMembers {};
template <class R, class Itself>
consteval auto members_of() {
    if constexpr (requires { typename R::template Members<Itself>; })
        return std::type_identity<typename R::template Members<Itself>>{};
    else
        return std::type_identity<NoMembers>{};
}
/// How its steps are called.
template <class Itself, class R, class Device, class Optimizer>
consteval auto front_of() {
    if constexpr (requires { typename R::template Front<Itself, Device, Optimizer>; })
        return std::type_identity<typename R::template Front<Itself, Device, Optimizer>>{};
    else
        return std::type_identity<SampleTrainer<Itself, R, Device, Optimizer>>{};
}

}  // namespace detail

/// Trains by a recipe: one of the library's, which a type such as GAN<...> stands for, or one of your own.
template <class Net, class Device, class Optimizer>
requires detail::HasRecipe<Net>
class Trainer<Net, Device, Optimizer>
    : public decltype(detail::front_of<Trainer<Net, Device, Optimizer>, typename detail::FindRecipe<Net>::type, Device,
                                       Optimizer>())::type,
      public decltype(detail::members_of<typename detail::FindRecipe<Net>::type,
                                         Trainer<Net, Device, Optimizer>>())::type {
    using R = typename detail::FindRecipe<Net>::type;
    using Front = typename decltype(detail::front_of<Trainer, R, Device, Optimizer>())::type;

  public:
    using Network = Net;
    using typename Front::Options;
    static constexpr auto prefixes = detail::prefixes_of<R>();
    static constexpr const char* joins = detail::joined_name_of<R>();

    explicit Trainer(Options options = {}, const Device& device = {}) : Front(options, device) {}
};

}  // namespace genotype::inline v0_1
