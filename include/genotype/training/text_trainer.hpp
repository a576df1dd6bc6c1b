// The training step of a language model.
#pragma once

#include <limits>
#include <span>
#include <string>

#include "genotype/losses/cross_entropy.hpp"
#include "genotype/models/language_model.hpp"
#include "genotype/network/context.hpp"
#include "genotype/training/recipe_trainer.hpp"
#include "genotype/training/text_inputs.hpp"

namespace genotype::inline v0_1 {

/// Options of a language model's trainer.
template <class Optimizer>
struct TextOptions {
    Optimizer optimizer{};
    Schedule schedule{};
    float clip_norm = 0;       // 0: no clipping
    float average = 0;         // decay of the average of weights, such as 0.999; 0: none
    int accumulate = 1;        // micro-batches that a batch goes through the networks in: see `MicroBatch`
    ParameterGroups groups{};  // parameters with options of their own, or frozen
    int batch = 12;            // the most texts that a step will see
    int context = 64;          // tokens that the model reads of each
    std::uint64_t seed = 0;

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [of_model, rates, longest, decay, pieces, own, texts, tokens, draws] = *this;
        visit("optimizer", of_model);
        detail::visit_shared_options(visit, rates, longest, decay, pieces, own);
        visit("batch", texts);
        visit("context", tokens);
        visit("seed", draws);
    }
};

namespace detail {

/// The steps of a language model, on texts.
template <class Itself, class R, class Device, class Optimizer>
class TextTrainer : public RecipeRunner<Itself, R, Device, Optimizer> {
    using Base = RecipeRunner<Itself, R, Device, Optimizer>;

  public:
    [[deprecated("take the network's, Network::vocabulary")]] static constexpr int vocabulary = R::Network::vocabulary;

    /// A model with its layers' initial values, and all memory that steps on up to `options.batch` texts need. Throws
    /// `Error` where the model has not as many positions as `options.context`.
    explicit TextTrainer(const typename Base::Options& options, const Device& device) : Base(options, device) {}

    /// One step on some texts of `context` + 1 tokens each, one text after another; returns their loss before the step.
    /// Allocates nothing. Throws `Error` where that is no whole number of texts, none or too many, or where a token is
    /// not of the vocabulary; nothing has changed then.
    typename Base::Report step(std::span<const int> windows) {
        const int texts = this->given_.take(windows);
        return this->make_step(this->given_.samples(texts), texts);
    }

    /// The loss on some texts without learning from them, as inference runs. PyTorch: model.eval().
    float evaluate(std::span<const int> windows) { return evaluate(windows, this->model()); }
    /// The same of another model's weights: `trainer.average()`.
    float evaluate(std::span<const int> windows, const Model<typename R::Network, Device>& model) {
        const int texts = this->given_.take(windows);
        return this->make_evaluation(this->given_.samples(texts), texts, model);
    }
};

/// A language model learns to tell each token of a text from those before it: cross-entropy, averaged over all tokens.
/// PyTorch: the loop of nanoGPT's train.py.
///
///     Trainer<GPT2<config>, Cpu, AdamW> trainer({.batch = 12, .context = 64});
///     initialize_gpt2(trainer.model(), Seed{0});
///     TextWindows windows(tokens, {.batch = 12, .context = 64});
///     const float loss = trainer.step(windows.next());
template <class E, class B, class H>
struct RecipeOf<combinators::LanguageModel<E, B, H>> {
    using Network = combinators::LanguageModel<E, B, H>;
    using Sample = Shape<1>;  // a token
    using Label = int;
    using Losses = float;
    struct Sums {
        float loss;
    };
    using Scratch = Shapes<Shape<Network::vocabulary>>;  // the gradient
    static constexpr long draws = 0;
    static constexpr int classes = Network::vocabulary;
    template <class Optimizer>
    using Options = TextOptions<Optimizer>;
    template <class Device>
    using Texts = TextInputs<Network, Device>;
    template <class Itself, class Device, class Optimizer>
    using Front = TextTrainer<Itself, RecipeOf, Device, Optimizer>;

    template <class Step>
    static void step(Step& s) {
        s.template learn<CrossEntropy>(&Sums::loss, s.run(s.batch()), s.labels());
    }

    static float losses(const Sums& sums, int) { return sums.loss; }
    template <class Optimizer>
    static void check(const TextOptions<Optimizer>& options) {
        constexpr int longest = longest_context<Network>;
        if (options.batch < 1) fail("Trainer", "batch", std::to_string(options.batch), "1 or more texts");
        if (options.context < 1 || options.context > longest)
            fail("Trainer", "context", std::to_string(options.context),
                 "1 to the model's " + std::to_string(longest) + " positions");
        if (options.batch > std::numeric_limits<int>::max() / options.context)
            fail("Trainer", "batch * context", std::to_string(static_cast<long>(options.batch) * options.context),
                 std::to_string(std::numeric_limits<int>::max()) + " rows at most");
    }
};

}  // namespace detail
}  // namespace genotype::inline v0_1
