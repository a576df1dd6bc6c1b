// The training step of flow matching.
#pragma once

#include <cmath>
#include <string>
#include <string_view>

#include "genotype/losses/mse.hpp"
#include "genotype/models/flow_matching.hpp"
#include "genotype/training/noise_assignment.hpp"
#include "genotype/training/timed_recipe.hpp"

namespace genotype::inline v0_1 {

/// How the times are distributed that a flow is trained at.
enum class FlowTimes {
    logit_normal,  // the sigmoid of a draw from N(mean, deviation^2): most lie in the middle, where it is hardest
    uniform,       // from 0 to 1
};

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
    FlowTimes times = FlowTimes::logit_normal;
    float times_mean = 0, times_deviation = 1;  // of the logit-normal ones: a lower mean is nearer to noise
    bool optimal_transport = false;             // near noise for each image: see `NoiseAssignment`. Not on a GPU

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [of_model, rates, longest, decay, pieces, own, dropped, largest, draws, kind, mean, deviation,
                     assigned] = *this;
        visit("optimizer", of_model);
        detail::visit_shared_options(visit, rates, longest, decay, pieces, own);
        visit("label_drop", dropped);
        visit("batch", largest);
        visit("seed", draws);
        const std::string_view usual = "logit_normal";
        visit("times", kind == FlowTimes::uniform ? std::string_view("uniform") : usual, usual);
        visit("times_mean", mean, 0.f);
        visit("times_deviation", deviation, 1.f);
        visit("optimal_transport", assigned, false);
    }
};

namespace detail {

/// A time between 0 and 1 of a draw from N(0, 1).
/// Source: Esser et al., "Scaling rectified flow transformers for high-resolution image synthesis" (ICML 2024).
struct LogitNormal {
    float mean, deviation;

    template <class V>
    constexpr V operator()(V draw) const {
        return sigmoid(V(mean) + V(deviation) * draw);
    }
};
struct UniformTime {
    template <class V>
    constexpr V operator()(V draw) const {
        return normal_probability(draw);
    }
};

/// For each image x and noise z the network tells, at z + t (x - z), the velocity x - z; the loss is the mean squared
/// error. t is by default the sigmoid of a draw from N(0, 1).
/// PyTorch: torchcfm's ConditionalFlowMatcher(sigma=0) and its loop, but for the times; with the option
/// `optimal_transport` its ExactOptimalTransportConditionalFlowMatcher, but for labels.
///
///     Trainer<FlowMatching<UNet, Image>> trainer({.average = 0.999f});
///     for (const auto& batch : loader) trainer.step(batch);  // images between -1 and 1, with labels
template <Layer N, ShapeType I, class Time, class Label>
struct RecipeOf<combinators::FlowMatching<N, I, Time, Label>>
    : TimedRecipe<combinators::FlowMatching<N, I, Time, Label>> {
    using Base = TimedRecipe<combinators::FlowMatching<N, I, Time, Label>>;
    using Sums = typename Base::Sums;
    template <class Device>
    using Beside = NoiseAssignment<I, Device>;
    using Scratch = Shapes<Shape<1>, Shape<1>, I, I, I>;  // times, labels; on the way, velocities, gradients
    template <class Optimizer>
    using Options = FlowOptions<Optimizer>;

    template <class Step>
    static void step(Step& s) {
        const auto z = assigned(s, s.template normal<I>());
        const auto draw = s.template normal<Shape<1>>();
        const auto t = s.options().times == FlowTimes::uniform
                           ? s.compute(UniformTime{}, draw)
                           : s.compute(LogitNormal{s.options().times_mean, s.options().times_deviation}, draw);
        float *const x = s.template memory<I>(), *const velocity = s.template memory<I>();
        interpolate(s.device(), s.size(), I::count, t.data, z.data, s.batch().data, x, velocity);
        const auto output = s.run({x, s.size()}, Base::inputs(s, t));
        s.template learn<MSE>(&Sums::velocity, output, typename Step::template Batch<I>{velocity, s.size()});
    }
    /// The noise of each image: as it was drawn, or the other's that is nearer.
    template <class Step>
    static auto assigned(Step& s, typename Step::template Batch<I> noise) {
        if constexpr (Step::Device::on_host)
            if (s.options().optimal_transport) {
                const float* labels = nullptr;
                if constexpr (Base::classes > 0) labels = s.labels().data;
                noise.data = s.beside()(s.batch(), noise, labels);
            }
        return noise;
    }

    template <class Optimizer>
    static void check(const FlowOptions<Optimizer>& options) {
        Base::check_label_drop(options.label_drop);
        if (!std::isfinite(options.times_mean))
            fail("Trainer", "times_mean", std::to_string(options.times_mean), "a finite number");
        if (!(options.times_deviation > 0 && std::isfinite(options.times_deviation)))
            fail("Trainer", "times_deviation", std::to_string(options.times_deviation), "above 0, and finite");
        if (options.times == FlowTimes::uniform && (options.times_mean != 0 || options.times_deviation != 1))
            fail("Trainer", "times", "uniform", "logit_normal, whose mean and deviation are given");
    }
};

}  // namespace detail
}  // namespace genotype::inline v0_1
