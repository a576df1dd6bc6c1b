// The training step of flow matching.
#pragma once

#include <cmath>
#include <numbers>
#include <span>
#include <string>

#include "genotype/kernels/math.hpp"
#include "genotype/losses/mse.hpp"
#include "genotype/tensor/input.hpp"
#include "genotype/training/flow_matching.hpp"
#include "genotype/training/labels.hpp"
#include "genotype/training/trainer_base.hpp"

namespace genotype {

/// Options of a flow's trainer.
template <class Optimizer>
struct FlowOptions {
    Optimizer optimizer{};
    Schedule schedule{};
    float clip_norm = 1;       // 0: no clipping
    float average = 0;         // decay of the average of weights, such as 0.999; 0: none
    int accumulate = 1;        // micro-batches that a batch goes through the networks in: see `MicroBatch`
    ParameterGroups groups{};  // parameters with options of their own, or frozen
    float label_drop = 0.1f;   // share of the labels that become "none", for guidance; 0 where there are no labels
    int batch = 64;            // the largest batch that a step will see
    std::uint64_t seed = 0;

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [of_model, rates, longest, decay, pieces, own, dropped, largest, draws] = *this;
        visit("optimizer", of_model);
        visit("schedule", rates);
        visit("clip_norm", longest);
        visit("average", decay, 0.f);
        visit("accumulate", pieces, 1);
        visit("groups", detail::text_of(own), std::string());
        visit("label_drop", dropped);
        visit("batch", largest);
        visit("seed", draws);
    }
};

namespace detail {

/// A time between 0 and 1 of a draw from N(0, 1): most lie in the middle, where the velocity is hardest to tell.
/// Source: Esser et al., "Scaling rectified flow transformers for high-resolution image synthesis" (ICML 2024).
struct LogitNormal {
    template <class V>
    constexpr V operator()(V draw) const {
        return sigmoid(draw);
    }
};

/// The label, or none where a draw from N(0, 1) is below a bound.
struct DroppedLabel {
    float bound, none;

    template <class V>
    constexpr V operator()(V label, V draw) const {
        return select(draw < V(bound), V(none), label);
    }
};

/// Below which a draw from N(0, 1) is with this probability.
inline float normal_quantile(float probability) {
    double low = -40, high = 40;
    for (int halving = 0; halving < 80; ++halving) {
        const double middle = (low + high) / 2;
        (std::erfc(-middle / std::numbers::sqrt2) / 2 < static_cast<double>(probability) ? low : high) = middle;
    }
    return static_cast<float>(low);
}

}  // namespace detail

/// Trains a flow: for each image x and noise z the network tells, at z + t (x - z), the velocity x - z; the loss is the
/// mean squared error. t is the sigmoid of a draw from N(0, 1).
/// PyTorch: torchcfm's ConditionalFlowMatcher(sigma=0) and its loop, but for the times.
///
///     Trainer<FlowMatching<UNet, Image>> trainer({.average = 0.999f});
///     for (const auto& batch : loader) trainer.step(batch);  // images between -1 and 1, with labels
template <Layer N, ShapeType I, class Time, class Label, class Device, class Optimizer>
class Trainer<combinators::FlowMatching<N, I, Time, Label>, Device, Optimizer>
    : public TrainerBase<Trainer<combinators::FlowMatching<N, I, Time, Label>, Device, Optimizer>,
                         FlowOptions<Optimizer>, Device, Optimizer, N> {
    using Base = TrainerBase<Trainer, FlowOptions<Optimizer>, Device, Optimizer, N>;

  public:
    using Network = combinators::FlowMatching<N, I, Time, Label>;
    using Options = FlowOptions<Optimizer>;
    static constexpr std::array prefixes{""};
    static constexpr bool has_noise = true, has_labels = Network::has_labels;
    static constexpr int loss_floats = 1;
    /// What a step returns: the loss, or on a device that computes beside the host what becomes it.
    using Report = detail::Reported<float, Device>;

    /// A model with first values, and all memory that steps on up to `options.batch` images need. Throws `Error` where
    /// the share of labels to drop is not from 0 to below 1.
    explicit Trainer(Options options = {}, const Device& device = {})
        : Base(options, device, {{{options.optimizer, options.average}}}),
          dropped_{detail::normal_quantile(checked(options).label_drop), static_cast<float>(classes())},
          run_(this->capacity(), device),
          input_(options.batch),
          labels_(has_labels ? options.batch : 0),
          noise_(options.batch * (I::count + 2)),
          times_(options.batch),
          conditions_(has_labels ? options.batch : 0),
          x_(this->capacity() * I::count),
          velocity_(this->capacity() * I::count),
          gradient_(this->capacity() * I::count) {}

    /// Classes that a label may have: all of the network's but the last, which stands for none.
    static constexpr int classes() {
        if constexpr (has_labels)
            return Label::shape::count_of_classes - 1;
        else
            return 0;
    }

    /// One step on images in the host's memory, with a label each where the network reads labels; returns the loss
    /// before the step. Allocates nothing. Throws `Error` where a value is no finite number, where there are not as
    /// many labels as images, and where one is no class; nothing has changed then.
    Report step(View<I> images, std::span<const int> labels) {
        check(images, labels);
        const int batch = images.batch;
        const long values = batch * I::count;
        const ViewOn<I, Device> real = input_.take(images);
        for (std::size_t at = 0; has_labels && at < labels.size(); ++at)
            labels_.staging()[at] = static_cast<float>(labels[at]);
        if (has_labels) labels_.send(batch);
        this->run_step({real.data, labels_.data(), batch, 0}, values + 2L * batch, [&](const auto& step) {
            const float *const z = noise_.data(), *const draws = z + values;
            fill_normal(device_, values + 2L * batch, step.noise, noise_.data());
            map(device_, batch, detail::LogitNormal{}, times_.data(), draws);
            if (has_labels) map(device_, batch, dropped_, conditions_.data(), labels_.data(), draws + batch);
            this->each_micro_batch(batch, [&](const detail::MicroBatch& micro) {
                const int few = micro.count;
                const long first = micro.first * I::count;
                interpolate(device_, few, I::count, static_cast<const float*>(times_.data()) + micro.first, z + first,
                            real.data + first, x_.data(), velocity_.data());
                const ViewOn<I, Device> x{x_.data(), few};
                const ViewOn<I, Device> told = run_.forward(this->model(), x, inputs(micro), step.layers);
                MSE::evaluate(device_, LossCallOn<Device>{.prediction = told,
                                                          .target = ViewOn<I, Device>{velocity_.data(), few},
                                                          .weight = micro.weight,
                                                          .value = micro.losses,
                                                          .gradient = {gradient_.data(), few, I::count},
                                                          .checked = true});
                run_.backward(this->model(), x, {gradient_.data(), few},
                              {.gradients = this->gradients_of(), .accumulate = micro.accumulate});
            });
            this->learn();
        });
        return this->template report<float>([](const float* loss, int) { return *loss; }, 0);
    }
    /// The same on a loader's batch, with the labels that it carries.
    template <class Batch>
    requires requires(const Batch& batch) {
        { batch.samples } -> std::convertible_to<View<I>>;
        { batch.labels } -> std::convertible_to<std::span<const int>>;
    }
    Report step(const Batch& batch) { return step(batch.samples, batch.labels); }
    /// The same of a network that reads no labels.
    Report step(View<I> images) requires(!has_labels) { return step(images, {}); }

  private:
    using Base::device_;

    static const Options& checked(const Options& options) {
        if (!(options.label_drop >= 0 && options.label_drop < 1))
            fail("Trainer", "label_drop", std::to_string(options.label_drop), "0 to below 1");
        return options;
    }

    void check(View<I> images, std::span<const int> labels) const {
        this->check_batch(images.batch);
        detail::check_target_domain(LossDomain::real, images.batch, I::count, images.data, "Trainer: batch");
        if (has_labels)
            detail::check_labels("Trainer", labels, images.batch, classes(), "image of the batch", [] {
                return detail::concat("one of the network's classes, 0 to ", classes() - 1, "; ", classes(),
                                      " stands for none");
            });
    }

    InputsOf<N, Device> inputs(const detail::MicroBatch& micro) const {
        const GivenValue<Time, MemoryOf<Device>> times{times_.data() + micro.first, micro.count};
        if constexpr (has_labels)
            return {times, GivenValue<Label, MemoryOf<Device>>{conditions_.data() + micro.first, micro.count}};
        else
            return {times};
    }

    detail::DroppedLabel dropped_;
    Workspace<N, I, Training, Device> run_;
    detail::Input<I, Device> input_;
    detail::Sent<float, Device> labels_;
    Arena<Device> noise_, times_, conditions_, x_, velocity_, gradient_;
};

}  // namespace genotype
