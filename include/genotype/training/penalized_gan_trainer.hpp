// The training step of a GAN with gradient penalties of its discriminator.
#pragma once

#include <utility>

#include "genotype/losses/with_penalty.hpp"
#include "genotype/network/tangent_workspace.hpp"
#include "genotype/training/gan_trainer.hpp"

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

/// The step of `Adversarial`, with the penalties of `GradientPenalties` among the discriminator's losses. With
/// g = dD/dx of each sample held fixed, the gradient by the parameters of |g|^2 / 2 is that of <dD/dx, g>, which is the
/// tangent of D along g: exact, for every layer with a tangent. The tangent's run makes the outputs again, so its
/// backward is the loss' too. Where no penalty asks for that, backward is the plain one.
template <Layer G, Layer D, class Loss, ShapeType Z>
struct RecipeOf<combinators::Adversarial<G, D, WithPenalty<Loss>, Z>>
    : RecipeOf<combinators::Adversarial<G, D, Loss, Z>> {
    using Plain = RecipeOf<combinators::Adversarial<G, D, Loss, Z>>;
    using Plain::generator, Plain::discriminator;
    using Noise = Z;
    using typename Plain::Sample;
    struct Sums : Plain::Sums {
        float penalty_real, penalty_fake, penalty_between;
    };
    template <class Device>
    using Beside = TangentWorkspace<D, Sample, Device>;
    using Out = OutputShape<D, Sample>;
    // Two outputs, their gradients, and of each penalty what it multiplies; gradients by samples, and those between.
    using Scratch =
        Shapes<Out, Out, Out, Out, Out, Out, Out, Out, Out, Out, Out, Out, Sample, Sample, Sample, Sample, Sample>;

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
        Side real{s.batch(), strengths.real, *s.layers()};
        real.run(s);
        if constexpr (!Plain::compares_pairs) {
            s.total(&Plain::Sums::real_outputs, real.y);
            real.dy = Plain::loss_on_real(s, real.y);
            if (real.gamma == 0) real.backward(s, &Sums::penalty_real, true);
        }
        Side fake{s.template run<generator>(s.template normal<Noise>()), strengths.fake, *s.layers()};
        fake.run(s);
        const RandomState behind = *s.layers();
        if constexpr (Plain::compares_pairs) {
            real.dy = Plain::loss_of_pairs(s, real.y, fake.y);
            fake.dy = s.compute(Negative{}, real.dy);
        } else {
            s.total(&Plain::Sums::fake_outputs, fake.y);
            fake.dy = s.template loss<OnFake<Loss>>(&Plain::Sums::fake, fake.y);
        }
        fake.backward(s, &Sums::penalty_fake, true);
        if (Plain::compares_pairs || real.gamma != 0) real.backward(s, &Sums::penalty_real, false);
        *s.layers() = behind;
        between(s, strengths.between, fake.x);
        return fake.x;
    }

    /// Real samples or generated ones on their way through the discriminator.
    template <class Step>
    struct OneSide {
        typename Step::template Batch<Sample> x;
        float gamma;
        RandomState draws;  // of its layers, before the run
        typename Step::template Batch<Out> y{}, dy{};
        typename Step::template Batch<Sample> gradient{};

        void run(Step& s) {
            y = s.compute(kernels::Identity{}, s.template run<discriminator>(x));
            if (gamma != 0) gradient = s.template input_gradient<discriminator>(s.compute(Always{1}, y));
        }
        /// Of the loss, and of the penalty, whose value goes there.
        void backward(Step& s, float Sums::*value, bool was_last) {
            if (gamma == 0) {
                Step::Device::clear(s.place(value), 1);
                if (!was_last) *s.layers() = draws;
                if (!was_last) s.template run<discriminator>(x);
                return s.template backward<discriminator>(dy);
            }
            *s.layers() = draws;
            const float share = gamma * s.weight() / static_cast<float>(y.batch);
            const auto squares = tangent(s, x, gradient);
            sum(s.device(), y.batch, Times{share / 2}, s.place(value), squares.data);
            tangent_backward(s, dy, s.compute(Always{share}, y));
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
        const Samples x{mixed, s.size()};
        const RandomState draws = *s.layers();
        const auto ones = s.compute(Always{1}, s.template run<discriminator>(x));
        const auto gradient = s.template input_gradient<discriminator>(ones);
        *s.layers() = draws;
        const auto squares = tangent(s, x, gradient);
        const float share = lambda * s.weight() / static_cast<float>(s.size());
        sum(s.device(), s.size(), FromLengthOne{share}, value, squares.data);
        tangent_backward(s, {}, s.compute(TowardsLengthOne{share}, squares));
    }

    /// <dD/dx, direction> of each sample.
    template <class Step, class Samples>
    static auto tangent(Step& s, Samples x, Samples direction) {
        typename Step::template Batch<Out> along;
        s.template with_network<discriminator>([&](auto& model, const auto&, bool) {
            along = s.template with_labels<discriminator>([&](const auto&... labels) {
                return s.beside().tangent(model, x, direction, labels..., s.layers()).tangent;
            });
        });
        return along;
    }
    template <class Step>
    static void tangent_backward(Step& s, typename Step::template Batch<Out> dy,
                                 typename Step::template Batch<Out> along) {
        s.template with_network<discriminator>([&](auto& model, const auto& gradients, bool& are_there) {
            s.beside().backward(model, dy, along,
                                {.gradients = gradients, .accumulate = std::exchange(are_there, true)});
        });
    }

    static GanLosses losses(const Sums& sums, int samples) {
        GanLosses losses = Plain::losses(sums, samples);
        losses.penalty = sums.penalty_real + sums.penalty_fake + sums.penalty_between;
        return losses;
    }
    template <class Optimizer>
    static void check(const GanOptions<Optimizer>& options) {
        options.penalty.for_each_option([](const char*, float strength, float) { check_penalty(strength); });
        check_real_label(options.real_label, target_domain<Loss>() == LossDomain::unit);
    }
};

}  // namespace genotype::inline v0_1::detail
