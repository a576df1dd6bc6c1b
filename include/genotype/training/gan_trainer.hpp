// The training step of a GAN.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>

#include "genotype/kernels/functions.hpp"
#include "genotype/losses/gradient_penalties.hpp"
#include "genotype/models/adversarial_pair.hpp"
#include "genotype/training/recipe_trainer.hpp"

namespace genotype::inline v0_1 {

/// Options of a GAN's trainer; the defaults are those of the DCGAN that PyTorch's users know.
template <class Optimizer>
struct GanOptions {
    Optimizer generator{.learning_rate = 2e-4f};
    Optimizer discriminator{.learning_rate = 2e-4f};
    Schedule schedule{};
    float clip_norm = 0;       // 0: no clipping
    float average = 0;         // decay of the average of the generator's weights, such as 0.999; 0: none
    int accumulate = 1;        // micro-batches that a batch goes through the networks in: see `MicroBatch`
    ParameterGroups groups{};  // parameters with options of their own, or frozen
    int batch = 64;            // the largest batch that a step will see
    std::uint64_t seed = 0;
    GradientPenalties penalty{};  // of the discriminator, where the loss is `WithPenalty`
    float real_label = 1;  // what a binary cross-entropy wants of D at real samples: 0.9 is one-sided label smoothing,
                           // Salimans et al., "Improved techniques for training GANs", arXiv:1606.03498
    /// Steps of the discriminator for one of the generator's. Each `step` is one of the discriminator's, on a batch of
    /// its own, and in every n-th the generator learns too. `steps()`, the schedule and checkpoints count the
    /// discriminator's. In the other steps `GanLosses::generator` is the loss at the discriminator before its update.
    /// PyTorch: `if (i + 1) % n_critic == 0:` around the generator's half of WGAN-GP's loop, where n_critic is 5.
    int discriminator_steps = 1;

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [of_generator, of_discriminator, rates, longest, decay, pieces, own, largest, draws, penalties,
                     label, discriminator_turns] = *this;
        visit("generator", of_generator);
        visit("discriminator", of_discriminator);
        detail::visit_shared_options(visit, rates, longest, decay, pieces, own);
        visit("batch", largest);
        visit("seed", draws);
        visit("penalty", penalties);
        visit("real_label", label, 1.f);
        visit("discriminator_steps", discriminator_turns, 1);
    }
};

/// What a GAN's step reports.
struct GanLosses {
    float discriminator = 0;  // loss on real + loss on generated images
    float generator = 0;
    union {
        float real_output = 0;  // D(x), averaged over the batch
        [[deprecated("take real_output")]] float real_answer;
    };
    union {
        float fake_output = 0;  // D(G(z)), before the discriminator's update
        [[deprecated("take fake_output")]] float fake_answer;
    };

    float penalty = 0;  // of the discriminator's gradients; not in `discriminator`

    /// For `const auto [discriminator, generator, real, fake] = trainer.step(batch);`, beside names that are replaced.
    template <std::size_t i>
    friend constexpr float get(const GanLosses& losses) {
        return std::array{losses.discriminator, losses.generator, losses.real_output, losses.fake_output}[i];
    }
};

namespace detail {

/// What the trainer of a GAN has beside what all have.
template <class Itself, ShapeType Sample>
class GanMembers {
  public:
    using Picture [[deprecated("take the network's, Network::Image")]] = Sample;

    auto& generator() { return itself().template model<0>(); }
    auto& discriminator() { return itself().template model<1>(); }
    const auto& generator() const { return itself().template model<0>(); }
    const auto& discriminator() const { return itself().template model<1>(); }
    const auto& generator_gradients() const { return itself().template gradients<0>(); }
    const auto& discriminator_gradients() const { return itself().template gradients<1>(); }

    /// The exponential moving average of the generator over the steps, which draws better images than any one step's,
    /// because the two networks circle around each other: see `TrainerBase::average`. The discriminator has none: it is
    /// there to judge the generator of this very step, and nothing draws from it.
    /// Source: Yazici et al., "The unusual effectiveness of averaging in GAN training" (ICLR 2019).
    auto average_generator() const { return itself().template average<0>(); }

  private:
    Itself& itself() { return static_cast<Itself&>(*this); }
    const Itself& itself() const { return static_cast<const Itself&>(*this); }
};

/// The three sides of a GAN's game, as losses.
template <class Loss>
struct OnReal {
    static void evaluate(const auto& device, const auto& call) { Loss::discriminator_real(device, call); }
};
template <class Loss>
struct OnFake {
    static void evaluate(const auto& device, const auto& call) { Loss::discriminator_fake(device, call); }
};
template <class Loss>
struct OfGenerator {
    static void evaluate(const auto& device, const auto& call) { Loss::generator(device, call); }
};

struct Negative {
    template <class V>
    constexpr V operator()(V x) const {
        return V(0.f) - x;
    }
};

[[noreturn, gnu::cold]] inline void penalty_without_tangents() {
    fail("Trainer", "penalty", "one of the discriminator's gradients", "none, unless the loss is WithPenalty<...>");
}
[[gnu::cold]] inline void check_real_label(float label, bool is_of_probabilities) {
    if (label == 1) return;
    if (!is_of_probabilities)
        fail("Trainer", "real_label", std::to_string(label), "1, for the loss is no binary cross-entropy");
    if (!(label > 0 && label < 1)) fail("Trainer", "real_label", std::to_string(label), "above 0, and at most 1");
}
[[gnu::cold]] inline void check_discriminator_steps(int steps) {
    if (steps < 1) fail("Trainer", "discriminator_steps", steps, "1 or more");
}
[[gnu::cold]] inline void check_penalty(float strength) {
    if (!(strength >= 0)) fail("Trainer", "penalty", std::to_string(strength), "0 or more");
}

/// A step updates the discriminator on real and on generated images, with batch statistics taken separately for the
/// two, and then the generator through the updated discriminator. PyTorch: the loop of its DCGAN example.
template <Layer G, Layer D, class Loss, ShapeType Z>
struct RecipeOf<combinators::Adversarial<G, D, Loss, Z>> {
    using Networks = Nets<G, D>;
    enum { generator, discriminator };
    using Noise = Z;
    using Sample = typename combinators::Adversarial<G, D, Loss, Z>::Image;
    using Inputs = Shapes<Noise, Sample>;
    using Losses = GanLosses;
    struct Sums {
        float real, real_outputs, fake, fake_outputs, generator;
    };
    static constexpr bool compares_pairs = ComparesPairs<Loss>;
    // Gradients, and of pairs one side's outputs; otherwise the labels.
    using Scratch = std::conditional_t<compares_pairs, Shapes<Shape<1>, Shape<1>, Shape<1>, Shape<1>, Sample>,
                                       Shapes<Shape<1>, Shape<1>, Shape<1>, Sample>>;
    static constexpr long draws = Noise::count;
    static constexpr int classes = classes_read_by<G, D>();
    static constexpr LossDomain domain = LossDomain::real;
    static constexpr std::array prefixes{"generator.", "discriminator."};
    static constexpr const char* joins = "Adversarial";
    template <class Optimizer>
    using Options = GanOptions<Optimizer>;
    template <class Itself>
    using Members = GanMembers<Itself, Sample>;

    template <class Step>
    static void step(Step& s) {
        typename Step::template Batch<Sample> fake;
        s.template learn<discriminator>([&] {
            if constexpr (compares_pairs)
                fake = judge_pairs(s);
            else
                fake = judge(s);
        });
        learn_generator(s, fake);
    }
    template <class Optimizer>
    static std::array<bool, 2> turns(const GanOptions<Optimizer>& options, std::int64_t steps) {
        return {(steps + 1) % options.discriminator_steps == 0, true};
    }

    /// The discriminator's turn: its loss on real samples and then on generated ones, which are returned.
    template <class Step>
    static auto judge(Step& s) {
        const auto on_real = s.template run<discriminator>(s.batch());
        s.total(&Sums::real_outputs, on_real);
        s.template backward<discriminator>(loss_on_real(s, on_real));

        const auto fake = s.template run<generator>(s.template normal<Noise>());
        const auto on_fake = s.template run<discriminator>(fake);
        s.total(&Sums::fake_outputs, on_fake);
        s.template backward<discriminator>(loss_on_fake(s, on_fake));
        return fake;
    }
    template <class Step, class Outputs>
    static auto loss_on_fake(Step& s, Outputs on_fake) {
        if (!s.turns()[generator]) s.template loss<OfGenerator<Loss>>(&Sums::generator, on_fake);
        return s.template loss<OnFake<Loss>>(&Sums::fake, on_fake);
    }
    template <class Step, class Outputs>
    static auto loss_on_real(Step& s, Outputs on_real) {
        if (const float label = s.options().real_label; label != 1)
            return s.template loss<Loss>(&Sums::real, on_real, s.compute(kernels::Constant{label}, on_real));
        return s.template loss<OnReal<Loss>>(&Sums::real, on_real);
    }

    /// The same of a loss of pairs. It needs the outputs on both, but a run keeps what its backward needs of one batch:
    /// generated samples go through the discriminator a second time, with the same draws of its layers.
    template <class Step>
    static auto judge_pairs(Step& s) {
        const auto fake = s.template run<generator>(s.template normal<Noise>());
        const RandomState before = *s.layers();
        const auto on_fake = s.compute(kernels::Identity{}, s.template run<discriminator>(fake));
        const auto on_real = s.template run<discriminator>(s.batch());
        const RandomState last = *s.layers();
        const auto dy = loss_of_pairs(s, on_real, on_fake);
        s.template backward<discriminator>(dy);
        *s.layers() = before;
        s.template run<discriminator>(fake);
        s.template backward<discriminator>(s.compute(Negative{}, dy));
        *s.layers() = last;
        return fake;
    }
    /// The loss of pairs, and its gradient by the outputs on real samples; that by the others has the other sign.
    template <class Step, class Outputs>
    static auto loss_of_pairs(Step& s, Outputs on_real, Outputs on_fake) {
        s.total(&Sums::real_outputs, on_real);
        s.total(&Sums::fake_outputs, on_fake);
        Step::Device::clear(s.place(&Sums::fake), 1);
        if (!s.turns()[generator]) s.template loss<Loss>(&Sums::generator, on_fake, on_real);
        return s.template loss<Loss>(&Sums::real, on_real, on_fake);
    }

    template <class Step, class Samples>
    static void learn_generator(Step& s, Samples fake) {
        if (!s.turns()[generator]) return;
        s.template learn<generator>([&] {
            // One micro-batch alone is still there.
            if (!s.is_whole()) fake = s.template run<generator>(s.template normal<Noise>());
            s.template backward<generator>(s.template input_gradient<discriminator>(loss_of_generator(s, fake)));
        });
    }
    template <class Step, class Samples>
    static auto loss_of_generator(Step& s, Samples fake) {
        if constexpr (compares_pairs) {
            const auto on_real = s.compute(kernels::Identity{}, s.template run<discriminator>(s.batch()));
            return s.template loss<Loss>(&Sums::generator, s.template run<discriminator>(fake), on_real);
        } else {
            return s.template loss<OfGenerator<Loss>>(&Sums::generator, s.template run<discriminator>(fake));
        }
    }

    static GanLosses losses(const Sums& sums, int samples) {
        const auto count = static_cast<float>(samples);
        return {.discriminator = sums.real + sums.fake,
                .generator = sums.generator,
                .real_output = sums.real_outputs / count,
                .fake_output = sums.fake_outputs / count};
    }
    template <class Optimizer>
    static void check(const GanOptions<Optimizer>& options) {
        if (options.penalty.any()) penalty_without_tangents();
        check_discriminator_steps(options.discriminator_steps);
        check_real_label(options.real_label, target_domain<Loss>() == LossDomain::unit);
    }
    template <class Optimizer>
    static auto networks(const GanOptions<Optimizer>& options) {
        return std::array<NetworkOptions<Optimizer>, 2>{
            {{options.generator, options.average}, {options.discriminator}}};
    }
};

}  // namespace detail
}  // namespace genotype::inline v0_1

template <>
struct std::tuple_size<genotype::GanLosses> : std::integral_constant<std::size_t, 4> {};
template <std::size_t i>
struct std::tuple_element<i, genotype::GanLosses> {
    using type = float;
};
