// The training step of shortcuts.
#pragma once

#include "genotype/losses/mse.hpp"
#include "genotype/models/shortcut.hpp"
#include "genotype/training/flow_trainer.hpp"

namespace genotype::inline v0_1::detail {

/// Half the span of a draw from N(0, 1): 1/2, 1/4 ... of the longest, each as likely as any other.
struct HalfSpan {
    int levels;

    template <class V>
    constexpr V operator()(V draw) const {
        const V level = V(static_cast<float>(levels)) * normal_probability(draw);
        V half = V(0.5f);
        for (int at = 1; at < levels; ++at) half = select(level < V(static_cast<float>(at)), half, half * V(0.5f));
        return half;
    }
};
/// A begin of a whole span of twice `half`, of which 1 holds a whole number, of a draw from N(0, 1).
struct BeginOfSpan {
    template <class V>
    constexpr V operator()(V draw, V half) const {
        const V whole = half + half;
        return min(floor(normal_probability(draw) / whole) * whole, V(1) - whole);
    }
};
struct Mean {
    template <class V>
    constexpr V operator()(V x, V y) const {
        return V(0.5f) * (x + y);
    }
};

/// Three quarters of a batch are a flow's, with the shortest span, 1/128: `RecipeOf<combinators::FlowMatching>`. At the
/// others the network is to tell, for a span of 2/128 to 1, the mean of what it tells for its two halves, the second
/// where the first leads to; these answers are taken as they are, without a gradient. So the network runs three times
/// over that quarter, and once over the rest.
/// The paper's form, but for the targets, which are of the weights themselves and not of their average, and for the
/// times of the flow's share.
template <Layer N, ShapeType I, class Time, class Span, class Label>
struct RecipeOf<combinators::ShortcutModel<N, I, Time, Span, Label>>
    : TimedRecipe<combinators::ShortcutModel<N, I, Time, Span, Label>> {
    using Base = TimedRecipe<combinators::ShortcutModel<N, I, Time, Span, Label>>;
    using Sums = typename Base::Sums;
    using Flow = RecipeOf<combinators::FlowMatching<N, I, Time, Label>>;
    template <class Device>
    using Beside = NoiseAssignment<I, Device>;
    static constexpr long draws = Base::draws + 1;  // a span
    static constexpr float shortest = 1.f / combinators::ShortcutModel<N, I, Time, Span, Label>::most_steps;
    static constexpr int levels = 7;  // halves of 1/2 to the shortest
    static_assert(shortest * (1 << levels) == 1);
    // Times, spans, halves, middle times, ones, labels; on the way, velocities, halfway, gradients.
    using Scratch = Shapes<Shape<1>, Shape<1>, Shape<1>, Shape<1>, Shape<1>, Shape<1>, I, I, I, I>;
    template <class Optimizer>
    using Options = FlowOptions<Optimizer>;

    template <class Step>
    static void step(Step& s) {
        using Scalars = typename Step::template Batch<Shape<1>>;
        using Images = typename Step::template Batch<I>;
        const auto device = s.device();
        const int all = s.size(), few = s.first_share(4);
        const auto z = Flow::assigned(s, s.template normal<I>());
        const auto draw = s.template normal<Shape<1>>(), draw_of_span = s.template normal<Shape<1>>();
        float *const t = s.template memory<Shape<1>>(), *const span = s.template memory<Shape<1>>(),
                     *const half = s.template memory<Shape<1>>(), *const middle = s.template memory<Shape<1>>(),
                     *const ones = s.template memory<Shape<1>>();
        if (s.options().times == FlowTimes::uniform)
            map(device, all, UniformTime{}, t, draw.data);
        else
            map(device, all, LogitNormal{s.options().times_mean, s.options().times_deviation}, t, draw.data);
        update(device, all, Fill{shortest}, span);
        if (few > 0) {
            map(device, few, HalfSpan{levels}, half, draw_of_span.data);
            map(device, few, BeginOfSpan{}, t, draw.data, static_cast<const float*>(half));
        }
        float *const x = s.template memory<I>(), *const velocity = s.template memory<I>(),
                     *const halfway = s.template memory<I>();
        interpolate(device, all, I::count, t, z.data, s.batch().data, x, velocity);
        const auto labels = kept_labels(s);
        const auto told = [&](const float* images, int count, const float* times, const float* spans) {
            return s.run(Images{images, count}, inputs<Step>(Scalars{times, count}, Scalars{spans, count}, labels));
        };
        if (few > 0) {
            const long values = few * I::count;
            const float* const first = told(x, few, t, half).data;
            map(device, values, kernels::Identity{}, velocity, first);
            map(device, values, kernels::Identity{}, halfway, static_cast<const float*>(x));
            update(device, few, Fill{1}, ones);
            combine_rows(device, few, I::count, half, velocity, ones, halfway);
            map(device, few, kernels::Add{}, middle, static_cast<const float*>(t), static_cast<const float*>(half));
            const float* const second = told(halfway, few, middle, half).data;
            map(device, values, Mean{}, velocity, static_cast<const float*>(velocity), second);
            map(device, few, kernels::Add{}, span, static_cast<const float*>(half), static_cast<const float*>(half));
        }
        s.template learn<MSE>(&Sums::velocity, told(x, all, t, span), Images{velocity, all});
    }

    template <class Optimizer>
    static void check(const FlowOptions<Optimizer>& options) {
        Flow::check(options);
        if (options.batch < 4)
            fail("Trainer", "batch", options.batch, "4 or more: a quarter of it learns the longer spans");
    }

  private:
    /// Labels of which some are left out; nothing where there are none.
    template <class Step>
    static auto kept_labels(Step& s) {
        if constexpr (Base::classes > 0)
            return Base::dropped_labels(s);
        else
            return typename Step::template Batch<Shape<1>>{};
    }
    template <class Step, class Scalars>
    static typename Step::template Inputs<0> inputs(Scalars t, Scalars span, [[maybe_unused]] Scalars labels) {
        if constexpr (Base::classes > 0)
            return {given<Time>(t), given<Span>(span), given<Label>(Scalars{labels.data, t.batch})};
        else
            return {given<Time>(t), given<Span>(span)};
    }
};

}  // namespace genotype::inline v0_1::detail
