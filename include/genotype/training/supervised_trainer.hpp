// The training step of a network that learns answers which are given: a classifier, a regression.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "genotype/tensor/input.hpp"
#include "genotype/training/labels.hpp"
#include "genotype/training/supervised.hpp"
#include "genotype/training/trainer_base.hpp"

namespace genotype {

/// Options of a supervised trainer.
template <class Optimizer>
struct SupervisedOptions {
    Optimizer optimizer{};
    Schedule schedule{};
    float clip_norm = 0;       // 0: no clipping
    float average = 0;         // decay of the average of weights, such as 0.999; 0: none
    int accumulate = 1;        // micro-batches that a batch goes through the networks in: see `MicroBatch`
    ParameterGroups groups{};  // parameters with options of their own, or frozen
    int batch = 64;            // the largest batch that a step will see
    std::uint64_t seed = 0;

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [of_model, rates, longest, decay, pieces, own, largest, draws] = *this;
        visit("optimizer", of_model);
        visit("schedule", rates);
        visit("clip_norm", longest);
        visit("average", decay, 0.f);
        visit("accumulate", pieces, 1);
        visit("groups", detail::text_of(own), std::string());
        visit("batch", largest);
        visit("seed", draws);
    }
};

/// What a classifier is worth on some samples.
struct ClassifierScore {
    float loss = 0;
    float accuracy = 0;  // share of the samples of which the class with the largest output is the label
};

/// Trains a network by the gradient of its loss, averaged over all values of the targets or over all labels.
/// PyTorch: the loop of its tutorials, `loss_fn(model(x), y).backward(); optimizer.step()`.
///
///     Trainer<Supervised<Net, CrossEntropy>> trainer({.batch = 64});
///     for (const auto& batch : loader) trainer.step(batch);                  // with its labels
///     Trainer<Supervised<Net, MSE>> regression({.batch = 64});
///     regression.step(x, y);
template <Layer N, class Loss, ShapeType I, class Device, class Optimizer>
class Trainer<combinators::Supervised<N, Loss, I>, Device, Optimizer>
    : public TrainerBase<Trainer<combinators::Supervised<N, Loss, I>, Device, Optimizer>, SupervisedOptions<Optimizer>,
                         Device, Optimizer, N> {
    using Base = TrainerBase<Trainer, SupervisedOptions<Optimizer>, Device, Optimizer, N>;

  public:
    using Network = combinators::Supervised<N, Loss, I>;
    using Output = typename Network::Output;
    using Options = SupervisedOptions<Optimizer>;
    static constexpr std::array prefixes{""};
    static constexpr bool has_noise = false, has_labels = Network::has_labels;
    static constexpr int loss_floats = 1;

    /// A label a sample, or values of the output's shape.
    using Targets = std::conditional_t<has_labels, std::span<const int>, View<Output>>;
    /// The same where the device reads them.
    using TargetsThere = std::conditional_t<has_labels, std::span<const int>, ViewOn<Output, Device>>;
    /// What a step returns: the loss, or on a device that computes beside the host what becomes it.
    using Report = detail::Reported<float, Device>;
    /// What `evaluate` tells.
    using Score = std::conditional_t<has_labels, ClassifierScore, float>;

    /// A model with first values, and all memory that steps on up to `options.batch` samples need.
    explicit Trainer(Options options = {}, const Device& device = {})
        : Base(options, device, {{{options.optimizer, options.average}}}),
          run_(this->capacity(), device),
          input_(options.batch),
          values_(has_labels ? 0 : options.batch),
          labels_(has_labels ? options.batch : 0),
          output_gradient_(this->capacity() * Output::count),
          answers_(has_labels && !Device::on_host ? static_cast<std::size_t>(output_gradient_.size()) : 0) {}

    /// One step on a batch in the host's memory; returns its loss before the step. Allocates nothing. Throws `Error`
    /// where there are not as many targets as samples, where a label is no class of the network, and where a value is
    /// no finite number, or not one that the loss is defined for (BCE: 0 to 1); nothing has changed then.
    Report step(View<I> batch, Targets targets) {
        check(batch, targets);
        const ViewOn<I, Device> x = input_.take(batch);
        const TargetsThere y = take(targets);
        this->run_step({x.data, address_of(y), x.batch, 0}, 0, [&](const auto& step) {
            this->each_micro_batch(x.batch, [&](const detail::MicroBatch& micro) {
                const ViewOn<I, Device> few = micro.of(x);
                evaluate_loss(run_.forward(this->model(), few, step.layers), of(y, micro), micro,
                              output_gradient_.data());
                run_.backward(this->model(), few, {output_gradient_.data(), few.batch},
                              {.gradients = this->gradients_of(), .accumulate = micro.accumulate});
            });
            this->learn();
        });
        return loss();
    }
    /// The same on a loader's batch, with the labels that it carries.
    template <class Batch>
    requires(has_labels&& requires(const Batch& batch) {
        { batch.labels } -> std::convertible_to<std::span<const int>>;
    }) Report step(const Batch& batch) {
        return step(fitting(batch), batch.labels);
    }

    /// The loss on some samples as inference runs, in the memory of the steps; nothing that a step or a checkpoint
    /// depends on changes. Of a classifier with labels also how many it gets right. `model` may be another's weights:
    /// `trainer.average()`. PyTorch: model.eval() and torch.no_grad().
    Score evaluate(View<I> batch, Targets targets) { return evaluate(batch, targets, this->model()); }
    Score evaluate(View<I> batch, Targets targets, const Model<N, Device>& model) {
        check(batch, targets);
        const ViewOn<I, Device> x = input_.take(batch);
        const TargetsThere y = take(targets);
        long right = 0;
        this->evaluate_micro_batches(x.batch, [&](const detail::MicroBatch& micro) {
            const ViewOn<Output, Device> answers = run_.infer(model, micro.of(x));
            // Away from the host rows' losses are worked out where the gradient has its place.
            evaluate_loss(answers, of(y, micro), micro, Device::on_host ? nullptr : output_gradient_.data());
            if constexpr (has_labels) right += count_right(answers, of(targets, micro));
        });
        if constexpr (has_labels)
            return {loss(), static_cast<float>(right) / static_cast<float>(batch.batch)};
        else
            return loss();
    }

  private:
    using Base::device_;

    template <class Batch>
    static View<I> fitting(const Batch& batch) {
        if constexpr (std::convertible_to<const Batch&, View<I>>)
            return batch;
        else
            return typename why::batch_has_another_shape<why::got<typename decltype(batch.samples)::shape>,
                                                         why::wants<I>>::model{};
    }

    /// Throws `Error` where a batch in the host's memory cannot be learnt from.
    void check(View<I> batch, Targets targets) const {
        this->check_batch(batch.batch);
        detail::check_target_domain(LossDomain::real, batch.batch, I::count, batch.data, "Trainer: batch");
        if constexpr (has_labels) {
            detail::check_labels(
                "Trainer", targets, batch.batch, static_cast<int>(Output::count), "sample of the batch",
                [] { return detail::concat("one of the network's classes, 0 to ", Output::count - 1); });
        } else {
            if (targets.batch != batch.batch)
                fail("Trainer", "batch of targets", targets.batch,
                     detail::concat(batch.batch, ", that of the samples"));
            detail::check_target_domain(detail::target_domain<Loss>(), targets.batch, Output::count, targets.data,
                                        "Trainer: targets");
        }
    }

    /// The targets where the device reads them.
    TargetsThere take(Targets targets) {
        if constexpr (has_labels) {
            std::copy(targets.begin(), targets.end(), labels_.staging());
            labels_.send(static_cast<long>(targets.size()));
            return {labels_.data(), targets.size()};
        } else {
            return values_.take(targets);
        }
    }
    static const void* address_of(const TargetsThere& targets) {
        if constexpr (has_labels)
            return targets.data();
        else
            return targets.data;
    }

    /// A micro-batch's targets.
    static TargetsThere of(const TargetsThere& targets, const detail::MicroBatch& micro) {
        if constexpr (has_labels)
            return targets.subspan(static_cast<std::size_t>(micro.first), static_cast<std::size_t>(micro.count));
        else
            return micro.of(targets);
    }

    void evaluate_loss(ViewOn<Output, Device> answers, TargetsThere targets, const detail::MicroBatch& micro,
                       float* gradient) {
        const detail::LossGradientIn<MemoryOf<Device>> to{gradient, gradient ? answers.batch : 0, Output::count};
        if constexpr (has_labels)
            Loss::evaluate(device_, {.prediction = answers,
                                     .target = targets,
                                     .weight = micro.weight,
                                     .value = micro.losses,
                                     .gradient = to});
        else
            Loss::evaluate(device_, LossCallOn<Device>{.prediction = answers,
                                                       .target = targets,
                                                       .weight = micro.weight,
                                                       .value = micro.losses,
                                                       .gradient = to,
                                                       .checked = true});
    }
    Report loss() {
        return this->template report<float>([](const float* loss, int) { return *loss; }, 0);
    }

    /// The class of a sample is that of its first largest output. PyTorch: argmax(dim=1).
    long count_right(ViewOn<Output, Device> answers, std::span<const int> labels) {
        const float* of_sample = answers.data;
        if constexpr (!Device::on_host) {
            Device::download(answers.data, answers.size(), answers_.data());
            of_sample = answers_.data();
        }
        long right = 0;
        for (const int label : labels) {
            right += std::max_element(of_sample, of_sample + Output::count) - of_sample == label;
            of_sample += Output::count;
        }
        return right;
    }

    Workspace<N, I, Training, Device> run_;
    detail::Input<I, Device> input_;
    detail::Input<Output, Device> values_;
    detail::Sent<int, Device> labels_;
    Arena<Device> output_gradient_;
    std::vector<float> answers_;  // for the host to look at
};

}  // namespace genotype
