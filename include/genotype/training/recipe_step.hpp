// What a recipe's step is given: a batch, runs of the networks, losses, and what becomes of them.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <utility>

#include "genotype/kernels/functions.hpp"
#include "genotype/losses/loss_call.hpp"
#include "genotype/models/read_labels.hpp"
#include "genotype/network/model.hpp"
#include "genotype/network/part.hpp"
#include "genotype/network/workspace.hpp"
#include "genotype/random/random_state.hpp"
#include "genotype/training/micro_batch.hpp"
#include "genotype/training/recipe.hpp"
#include "genotype/training/right_answers.hpp"

namespace genotype::inline v0_1::detail {

/// A step of a recipe, or where `is_learning` is false the same in an evaluation: networks run as inference does, there
/// are no gradients, and no network learns. One that `rehearses` asks for a step's memory, and runs no network. What it
/// hands out is of the micro-batch that it is at, on the device.
template <class Trainer, bool is_learning, bool rehearses = false>
class RecipeStep {
    using R = typename Trainer::recipe;
    using Facts = RecipeFacts<R>;
    using Sample = typename R::Sample;
    using Sums = typename Facts::Sums;
    template <std::size_t i>
    using Net = typename ElementOf<i, typename Facts::Runs>::type;
    template <std::size_t i>
    using In = typename ElementOf<i, typename Facts::Inputs>::type;
    template <std::size_t i>
    using Out = OutputShape<Net<i>, In<i>>;
    using First = typename ElementOf<0, typename Facts::Networks>::type;

  public:
    static constexpr bool learns = is_learning;
    using Device = typename Trainer::device_type;
    /// Samples where the device reads them.
    template <ShapeType S>
    using Batch = ViewOn<S, Device>;
    template <std::size_t i>
    using Inputs = InputsOf<Net<i>, Device>;

    /// `draws` are the numbers of the whole batch, `samples`; an evaluation is of `model`'s weights.
    RecipeStep(Trainer& trainer, Batch<Sample> batch, int samples, const float* draws, RandomState* layers,
               const Model<First, Device>* model = nullptr)
        : trainer_(trainer), batch_(batch), samples_(samples), draws_(draws), layers_(layers), model_(model) {
        trainer_.memory_.begin_step();
        trainer_.memory_.begin_turn();
    }

    const Device& device() const { return trainer_.device_; }
    const auto& options() const { return trainer_.options_; }
    const auto& turns() const { return trainer_.turns_; }  // whether each network learns in this step
    float factor() const { return trainer_.factor_; }       // what the recipe's `factor` says of this step

    /// part() for each micro-batch, each with the same draws again; then the networks of these numbers learn from the
    /// gradients that were added up. Of others nothing changes.
    template <std::size_t... i, class Part>
    void learn(const Part& part) {
        written_ = {};
        trainer_.memory_.begin_turn();
        const auto each = [&](const MicroBatch& micro) {
            begin(micro);
            part();
        };
        if constexpr (rehearses) {
            each(trainer_.micro_batch_of_rehearsal());
        } else {
            trainer_.each_micro_batch(samples_, each);
            (trainer_.template learn<i>(), ...);
        }
    }
    /// To be called before a micro-batch.
    void begin(const MicroBatch& micro) {
        micro_ = micro;
        drawn_ = 0;
        trainer_.memory_.begin();
    }

    int size() const { return micro_.count; }
    /// How many of this micro-batch are among the first 1/n of the batch.
    int first_share(int n) const { return micro_.among_first(samples_ / n); }
    /// Whether the batch is in one piece, so that what the networks made of it before is still there.
    bool is_whole() const { return micro_.is_whole(); }
    /// The share of the batch, by which means over a micro-batch are multiplied, and where its part of a sum goes: for
    /// losses that are called by hand.
    float weight() const { return micro_.weight; }
    float* place(float Sums::*sum) const {
        const Sums of{};
        return micro_.losses + (reinterpret_cast<const float*>(&(of.*sum)) - reinterpret_cast<const float*>(&of));
    }

    Batch<Sample> batch() const { return micro_of(batch_); }
    /// A label a sample: as a network's further input takes it, `given<label>(s.labels())`, or, where the recipe's
    /// `Label` is int, as `CrossEntropy` does.
    auto labels() const {
        const auto* const first = trainer_.given_.labels.data() + rows(micro_.first);
        if constexpr (std::same_as<decltype(first), const int* const>)
            return std::span<const int>(first, static_cast<std::size_t>(rows(micro_.count)));
        else
            return Batch<Shape<1>>{first, rows(micro_.count)};
    }
    /// What was given beside the samples.
    auto targets() const {
        if constexpr (Facts::has_targets)
            return micro_of(trainer_.given_.targets);
        else
            return labels();
    }
    /// The next of the recipe's draws. Throws `Error` where there are no more.
    template <ShapeType S>
    Batch<S> normal() {
        if (drawn_ + S::count > R::draws) too_many_draws(drawn_ + S::count, R::draws);
        const float* const first = draws_ + drawn_ * samples_;
        drawn_ += S::count;
        return micro_of(Batch<S>{first, samples_});
    }

    /// Memory for a value of shape `S` a sample, until the micro-batch ends. Throws `Error` where a step asks for more.
    template <ShapeType S>
    float* memory() {
        return trainer_.memory_.take(rows(trainer_.capacity()) * S::count);
    }
    /// f of each value, in memory that is the step's.
    template <class F, ShapeType S, class... More>
    Batch<S> compute(F f, Batch<S> first, const More&... more) {
        float* const to = memory<S>();
        map(device(), first.size(), f, to, first.data, Batch<S>(more).data...);
        return {to, first.batch};
    }
    /// The sum of all values, which micro-batches add up.
    template <ShapeType S>
    void total(float Sums::*to, Batch<S> values) {
        sum(device(), values.size(), kernels::Identity{}, place(to), values.data);
    }

    /// Runs network `i`. One that reads a label and nothing else is given those of the batch.
    template <std::size_t i = 0>
    Batch<Out<i>> run(Batch<In<i>> x) {
        return with_labels<i>([&](const auto&... labels) { return run_on<i>(x, labels...); });
    }
    /// f() or, where network `i` reads a label and nothing else, f(inputs) with those of the batch.
    template <std::size_t i, class F>
    auto with_labels(const F& f) const {
        if constexpr (Facts::classes > 0 && reads_label_alone<Net<i>>()) {
            using Label = typename SortedNames<ReadNames<Net<i>>>::Label;
            static_assert(classes_of_name<Label>() >= Facts::classes, "networks know all of a recipe's classes");
            return f(Inputs<i>{given<Label>(labels())});
        } else {
            return f();
        }
    }
    template <std::size_t i = 0>
    Batch<Out<i>> run(Batch<In<i>> x, const Inputs<i>& inputs) {
        if constexpr (!Facts::has_texts) trainer_.given_.hold_to(inputs, micro_.first);
        return run_on<i>(x, inputs);
    }

    /// Writes a loss of a network's output, and returns its gradient by that, for `backward`. Of a classifier the
    /// target is a label a sample; a loss of a GAN's game has none.
    template <class Loss, ShapeType S, class Target>
    Batch<S> loss(float Sums::*to, Batch<S> output, const Target& target, LossOptions how = {}) {
        constexpr bool of_classes = std::same_as<Target, std::span<const int>>;
        // Away from the host rows' losses are worked out where the gradient has its place.
        // An evaluation asks for the same memory as a step, in which the blocks are in the order of asking.
        float* const block = memory<S>();
        float* const gradient = learns || (of_classes && !Device::on_host) ? block : nullptr;
        [[maybe_unused]] const float share = how.reduction == Reduction::sum ? 1.f : micro_.weight;
        const LossGradientIn<MemoryOf<Device>> by{gradient, gradient ? output.batch : 0, S::count};
        if constexpr (rehearses)
            static_cast<void>(target);
        else if constexpr (of_classes)
            Loss::evaluate(device(), {.prediction = output,
                                      .target = target,
                                      .reduction = how.reduction,
                                      .weight = share * how.weight,
                                      .value = place(to),
                                      .gradient = by});
        else
            Loss::evaluate(device(), LossCallOn<Device>{.prediction = output,
                                                        .target = target,
                                                        .reduction = how.reduction,
                                                        .weight = share * how.weight,
                                                        .value = place(to),
                                                        .gradient = by,
                                                        .checked = Facts::is_looked_at});
        return {gradient, by.batch};
    }
    template <class Loss, ShapeType S>
    Batch<S> loss(float Sums::*to, Batch<S> output) {
        return loss<Loss>(to, output, LossBatchIn<MemoryOf<Device>>{});
    }

    /// From the gradient by the last output of network `i` adds that by its weights, and writes that by its input.
    template <std::size_t i = 0>
    void backward(Batch<Out<i>> dy, float* by_input = nullptr) {
        if constexpr (learns && !rehearses)
            run_backward<i>(dy, by_input, gradients<i>(), std::exchange(written_[i], true));
    }
    /// The gradient by the input alone: through a network that does not learn by it.
    template <std::size_t i = 0>
    Batch<In<i>> input_gradient(Batch<Out<i>> dy) {
        float *const block = memory<In<i>>(), *const to = learns ? block : nullptr;
        if constexpr (learns && !rehearses) run_backward<i>(dy, to, Gradients<i>{}, false);
        return {to, dy.batch};
    }
    /// For runs of network `i` in other memory: f(model, gradients, whether they are there to be added to, to be set).
    template <std::size_t i, class F>
    void with_network(const F& f) {
        f(weights<i>(), gradients<i>(), written_[i]);
    }
    auto& beside() const { return trainer_.beside_; }  // what the recipe keeps for its steps
    RandomState* layers() const { return layers_; }    // what layers draw from
    /// In an evaluation of a classifier: counts the right answers. PyTorch: argmax(dim=1).
    template <ShapeType S>
    void count_right(Batch<S> output) {
        right_ += right_answers<Device>(output, trainer_.given_.here.data() + micro_.first, trainer_.output_);
    }
    long right() const { return right_; }

    /// A loss and the gradients by it, in one.
    template <class Loss, class Target>
    void learn(float Sums::*to, Batch<Out<0>> output, const Target& target) {
        backward(loss<Loss>(to, output, target));
    }

  private:
    int rows(int samples) const { return trainer_.rows(samples); }
    template <ShapeType S>
    Batch<S> micro_of(Batch<S> whole) const {
        return {whole.data + rows(micro_.first) * S::count, rows(micro_.count)};
    }
    template <std::size_t i, class... More>
    Batch<Out<i>> run_on(Batch<In<i>> x, const More&... more) {
        x_[i] = x.data;
        [[maybe_unused]] auto& run = trainer_.template run<i>();
        [[maybe_unused]] auto&& model = weights<i>();
        if constexpr (rehearses)
            return run.output_of(x.batch);
        else if constexpr (Facts::has_texts && learns)
            return run.forward(model, x, trainer_.given_.sequences(micro_.count), {}, layers_);
        else if constexpr (Facts::has_texts)
            return trainer_.given_.evaluation.forward(model, x, trainer_.given_.sequences(micro_.count));
        else if constexpr (learns)
            return run.forward(model, x, more..., layers_);
        else
            return run.infer(model, x, more...);
    }

    template <std::size_t i>
    decltype(auto) weights() const {
        if constexpr (Facts::has_parts && learns)
            return part<i>(trainer_.model());
        else if constexpr (Facts::has_parts)
            return part<i>(*model_);
        else if constexpr (learns)
            return (trainer_.template network<i>().model);
        else
            return (*model_);
    }
    template <std::size_t i>
    using Gradients = typename Workspace<Net<i>, In<i>, Training, Device>::ParameterGradients;
    template <std::size_t i>
    Gradients<i> gradients() const {
        if constexpr (Facts::has_parts)
            return {trainer_.template gradients_of<0>().data() + parameters_before<i>(typename Facts::Runs{}),
                    parameter_floats<Net<i>>()};
        else
            return trainer_.template gradients_of<i>();
    }
    template <std::size_t i>
    void run_backward(Batch<Out<i>> dy, float* by_input, const Gradients<i>& gradients, bool accumulate) {
        kernels::Sequences texts{};
        if constexpr (Facts::has_texts) texts = trainer_.given_.sequences(micro_.count);
        trainer_.template run<i>().backward(weights<i>(), Batch<In<i>>{x_[i], dy.batch}, dy,
                                            {.input_gradient = {by_input, by_input ? dy.batch : 0},
                                             .gradients = gradients,
                                             .accumulate = accumulate,
                                             .sequences = Facts::has_texts ? &texts : nullptr});
    }

    Trainer& trainer_;
    Batch<Sample> batch_;
    int samples_;
    const float* draws_;
    RandomState* layers_;
    const Model<First, Device>* model_;
    MicroBatch micro_{};
    long drawn_ = 0, right_ = 0;
    std::array<const float*, Trainer::runs> x_{};  // of each network, what it was run on last
    std::array<bool, Trainer::runs> written_{};    // whether its gradients are there, to be added to
};

}  // namespace genotype::inline v0_1::detail
