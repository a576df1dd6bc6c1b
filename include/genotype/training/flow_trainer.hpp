// The training step of flow matching.
#pragma once

#include <cmath>
#include <numbers>
#include <string>

#include "genotype/kernels/math.hpp"
#include "genotype/losses/mse.hpp"
#include "genotype/models/flow_matching.hpp"
#include "genotype/training/recipe_trainer.hpp"

namespace genotype::inline v0_1 {

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
        detail::visit_shared_options(visit, rates, longest, decay, pieces, own);
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

/// For each image x and noise z the network tells, at z + t (x - z), the velocity x - z; the loss is the mean squared
/// error. t is the sigmoid of a draw from N(0, 1).
/// PyTorch: torchcfm's ConditionalFlowMatcher(sigma=0) and its loop, but for the times.
///
///     Trainer<FlowMatching<UNet, Image>> trainer({.average = 0.999f});
///     for (const auto& batch : loader) trainer.step(batch);  // images between -1 and 1, with labels
template <Layer N, ShapeType I, class Time, class Label>
struct RecipeOf<combinators::FlowMatching<N, I, Time, Label>> {
    using Network = N;
    using Sample = I;
    using Losses = float;
    struct Sums {
        float velocity;
    };
    using Scratch = Shapes<Shape<1>, Shape<1>, I, I, I>;  // times, labels; on the way, velocities, gradients
    static constexpr long draws = I::count + 2;
    static constexpr LossDomain domain = LossDomain::real;
    /// Classes that a label may have: all of the network's but the last, which stands for none.
    static constexpr int classes = classes_of_name<Label>() - int{!std::is_void_v<Label>};
    template <class Optimizer>
    using Options = FlowOptions<Optimizer>;

    template <class Step>
    static void step(Step& s) {
        const auto z = s.template normal<I>();
        const auto t = s.compute(LogitNormal{}, s.template normal<Shape<1>>());
        float *const x = s.template memory<I>(), *const velocity = s.template memory<I>();
        interpolate(s.device(), s.size(), I::count, t.data, z.data, s.batch().data, x, velocity);
        const auto output = s.run({x, s.size()}, inputs(s, t));
        s.template learn<MSE>(&Sums::velocity, output, typename Step::template Batch<I>{velocity, s.size()});
    }
    /// The times, and labels of which some are left out.
    template <class Step>
    static typename Step::template Inputs<0> inputs(Step& s, typename Step::template Batch<Shape<1>> t) {
        if constexpr (classes > 0) {
            const DroppedLabel dropped{normal_quantile(s.options().label_drop), static_cast<float>(classes)};
            return {given<Time>(t), given<Label>(s.compute(dropped, s.labels(), s.template normal<Shape<1>>()))};
        } else {
            return {given<Time>(t)};
        }
    }

    static float losses(const Sums& sums, int) { return sums.velocity; }
    template <class Optimizer>
    static void check(const FlowOptions<Optimizer>& options) {
        if (!(options.label_drop >= 0 && options.label_drop < 1))
            fail("Trainer", "label_drop", std::to_string(options.label_drop), "0 to below 1");
    }
    static constexpr const char* sample_words = "image of the batch";
    static std::string label_words() {
        return concat("one of the network's classes, 0 to ", classes - 1, "; ", classes, " stands for none");
    }
};

}  // namespace detail
}  // namespace genotype::inline v0_1
