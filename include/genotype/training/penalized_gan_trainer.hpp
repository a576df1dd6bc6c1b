// The training step of a GAN with gradient penalties of its discriminator.
#pragma once

#include <type_traits>

#include "genotype/kernels/functions.hpp"
#include "genotype/losses/with_penalty.hpp"
#include "genotype/training/gan_trainer.hpp"
#include "genotype/training/piecewise_linear_penalties.hpp"
#include "genotype/training/tangent_penalties.hpp"

namespace genotype::inline v0_1::detail {

template <class Loss>
struct AskedBy<WithPenalty<Loss>> {
    template <class D>
    static consteval auto verdict() {
        return tangent_verdict<D, Reference>();
    }
};

struct Times {
    float factor;

    template <class V>
    constexpr V operator()(V x) const {
        return V(factor) * x;
    }
};
/// Of |g|^2: factor (|g| - 1)^2.
struct FromLengthOne {
    float factor;

    template <class V>
    constexpr V operator()(V square) const {
        const V excess = sqrt(square) - V(1.f);
        return V(factor) * excess * excess;
    }
};
/// Of |g|^2: the factor of g in the derivative of factor (|g| - 1)^2 by g. Where g is 0, so is what it multiplies.
struct TowardsLengthOne {
    float factor;

    template <class V>
    constexpr V operator()(V square) const {
        return V(2 * factor) * (V(1.f) - V(1.f) / at_least(V(1e-12f), sqrt(square)));
    }
};

/// The step of `Adversarial`, with the penalties of `GradientPenalties` among the discriminator's losses, in the form
/// that its type allows. Where no penalty asks for that, backward is the plain one.
template <Layer G, Layer D, class Loss, ShapeType Z>
struct RecipeOf<combinators::Adversarial<G, D, WithPenalty<Loss>, Z>>
    : RecipeOf<combinators::Adversarial<G, D, Loss, Z>> {
    using Plain = RecipeOf<combinators::Adversarial<G, D, Loss, Z>>;
    using Plain::generator, Plain::discriminator;
    using Noise = Z;
    using typename Plain::Sample;
    using Form = std::conditional_t<piecewise_linear<D>, PiecewiseLinearPenalties<D, Sample, discriminator>,
                                    TangentPenalties<D, Sample, discriminator>>;
    struct Sums : Plain::Sums {
        float penalty_real, penalty_fake, penalty_between;
    };
    template <class Device>
    using Beside = typename Form::template Beside<Device>;
    using Out = OutputShape<D, Sample>;
    // Of each place outputs, gradients and what a penalty multiplies; gradients by samples, and those between.
    using Scratch =
        Shapes<Out, Out, Out, Out, Out, Out, Out, Out, Out, Out, Out, Out, Out, Sample, Sample, Sample, Sample, Sample>;

    template <class Step>
    static void step(Step& s) {
        typename Step::template Batch<Sample> fake;
        s.template learn<discriminator>([&] { fake = judge(s); });
        Plain::learn_generator(s, fake);
    }

    template <class Step>
    static auto judge(Step& s) {
        using Side = OneSide<Step>;
        const GradientPenalties& strengths = s.options().penalty;
        Side real(s, 0, s.batch(), strengths.real);
        real.run(s);
        if constexpr (!Plain::compares_pairs) {
            s.total(&Plain::Sums::real_outputs, real.y);
            real.dy = Plain::loss_on_real(s, real.y);
            if (real.gamma == 0) real.backward(s, &Sums::penalty_real, true);
        }
        Side fake(s, 1, s.template run<generator>(s.template normal<Noise>()), strengths.fake);
        fake.run(s);
        const RandomState behind = *s.layers();
        if constexpr (Plain::compares_pairs) {
            real.dy = Plain::loss_of_pairs(s, real.y, fake.y);
            fake.dy = s.compute(Negative{}, real.dy);
        } else {
            s.total(&Plain::Sums::fake_outputs, fake.y);
            fake.dy = Plain::loss_on_fake(s, fake.y);
        }
        fake.backward(s, &Sums::penalty_fake, true);
        if (Plain::compares_pairs || real.gamma != 0)
            real.backward(s, &Sums::penalty_real, Form::keeps_both && fake.gamma != 0);
        *s.layers() = behind;
        between(s, strengths.between, fake.at.x);
        return fake.at.x;
    }

    /// Real samples or generated ones on their way through the discriminator.
    template <class Step>
    struct OneSide {
        typename Form::template Run<Step> at;
        float gamma;
        RandomState draws;  // of its layers, before the run
        typename Step::template Batch<Out> y{}, dy{};

        OneSide(Step& s, int number, typename Step::template Batch<Sample> x, float strength)
            : at(s, number, x), gamma(strength), draws(*s.layers()) {}

        void run(Step& s) {
            y = gamma != 0 ? at.outputs(s) : s.compute(kernels::Identity{}, s.template run<discriminator>(at.x));
        }
        /// Of the loss, and of the penalty, whose value goes there. Where the discriminator's own run was the last, it
        /// is not made again.
        void backward(Step& s, float Sums::*value, bool was_last) {
            if (gamma != 0) {
                const float share = gamma * s.weight() / static_cast<float>(y.batch);
                return at.add_gradients(s, dy, s.place(value), Times{share / 2}, kernels::Constant{share});
            }
            Step::Device::clear(s.place(value), 1);
            if (!was_last) *s.layers() = draws;
            if (!was_last) s.template run<discriminator>(at.x);
            s.template backward<discriminator>(dy);
        }
    };

    /// The penalty at one place between each real sample and the generated one beside it.
    template <class Step, class Samples>
    static void between(Step& s, float lambda, Samples fake) {
        float* const value = s.place(&Sums::penalty_between);
        if (lambda == 0) return Step::Device::clear(value, 1);
        float* const t = s.template memory<Out>();
        fill_uniform(s.device(), s.size(), s.layers()->take(s.size()), 0, 1, t);
        float *const mixed = s.template memory<Sample>(), *const difference = s.template memory<Sample>();
        interpolate(s.device(), s.size(), Sample::count, t, fake.data, s.batch().data, mixed, difference);
        typename Form::template Run<Step> at(s, 0, Samples{mixed, s.size()});
        at.outputs(s);
        const float share = lambda * s.weight() / static_cast<float>(s.size());
        at.add_gradients(s, {}, value, FromLengthOne{share}, TowardsLengthOne{share});
    }

    static GanLosses losses(const Sums& sums, int samples) {
        GanLosses losses = Plain::losses(sums, samples);
        losses.penalty = sums.penalty_real + sums.penalty_fake + sums.penalty_between;
        return losses;
    }
    template <class Optimizer>
    static void check(const GanOptions<Optimizer>& options) {
        check_discriminator_steps(options.discriminator_steps);
        options.penalty.for_each_option([](const char*, float strength, float) { check_penalty(strength); });
        check_real_label(options.real_label, target_domain<Loss>() == LossDomain::unit);
    }
};

}  // namespace genotype::inline v0_1::detail
