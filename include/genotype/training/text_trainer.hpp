// The training step of a language model.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "genotype/kernels/sequences.hpp"
#include "genotype/losses/cross_entropy.hpp"
#include "genotype/model/context.hpp"
#include "genotype/model/language_model.hpp"
#include "genotype/training/trainer_base.hpp"

namespace genotype {

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
        visit("schedule", rates);
        visit("clip_norm", longest);
        visit("average", decay, 0.f);
        visit("accumulate", pieces, 1);
        visit("groups", detail::text_of(own), std::string());
        visit("batch", texts);
        visit("context", tokens);
        visit("seed", draws);
    }
};

/// Trains a language model to tell each token of a text from those before it: cross-entropy, averaged over all tokens.
/// PyTorch: the loop of nanoGPT's train.py.
///
///     Trainer<GPT2<config>, Cpu, AdamW> trainer({.batch = 12, .context = 64});
///     initialize_gpt2(trainer.model(), Seed{0});
///     TextWindows windows(tokens, {.batch = 12, .context = 64});
///     const float loss = trainer.step(windows.next());
template <class E, class B, class H, class Device, class Optimizer>
class Trainer<combinators::LanguageModel<E, B, H>, Device, Optimizer>
    : public TrainerBase<Trainer<combinators::LanguageModel<E, B, H>, Device, Optimizer>, TextOptions<Optimizer>,
                         Device, Optimizer, combinators::LanguageModel<E, B, H>> {
    using Base = TrainerBase<Trainer, TextOptions<Optimizer>, Device, Optimizer, combinators::LanguageModel<E, B, H>>;

  public:
    using Network = combinators::LanguageModel<E, B, H>;
    using Options = TextOptions<Optimizer>;
    static constexpr int vocabulary = Network::vocabulary;
    static constexpr std::array prefixes{""};
    static constexpr bool has_noise = false;
    static constexpr int loss_floats = 1;

    /// A model with its layers' first values, and all memory that steps on up to `options.batch` texts need. Throws
    /// `Error` where the model has not as many positions as `options.context`.
    explicit Trainer(Options options = {}, const Device& device = {})
        : Base(checked(options), device, {{{options.optimizer, options.average}}}),
          run_(this->capacity() * options.context, device),
          evaluation_(this->capacity() * options.context, device),
          output_gradient_(static_cast<long>(this->capacity() * options.context) * vocabulary),
          tokens_(rows(options)),
          targets_(rows(options)),
          texts_(options.batch) {
        kernels::SequenceRows* const texts = texts_.staging();
        for (int text = 0; text < options.batch; ++text)
            texts[text] = {.row = text * options.context, .count = options.context, .position = 0, .slot = text};
        texts_.send(options.batch);
    }

    /// What a step returns: the loss, or on a device that computes beside the host what becomes it.
    using Report = detail::Reported<float, Device>;

    /// One step on some texts of `context` + 1 tokens each, one text after another; returns their loss before the step.
    /// Allocates nothing. Throws `Error` where that is no whole number of texts, none or too many, or where a token is
    /// not of the vocabulary; nothing has changed then.
    Report step(std::span<const int> windows) {
        const kernels::Sequences texts = take(windows);
        const ViewOn<Shape<1>, Device> x = input(texts);
        this->run_step({x.data, targets_.data(), x.batch, 0}, 0, [&](const auto& step) {
            this->each_micro_batch(texts.count, [&](const detail::MicroBatch& micro) {
                const kernels::Sequences few = part_of(texts, micro);
                const ViewOn<Shape<1>, Device> tokens = input(few, micro.first);
                evaluate_loss(run_.forward(this->model(), tokens, few, {}, step.layers), micro,
                              output_gradient_.data());
                run_.backward(this->model(), tokens, {output_gradient_.data(), tokens.batch},
                              {.gradients = this->gradients_of(), .accumulate = micro.accumulate, .sequences = &few});
            });
            this->learn();
        });
        return loss();
    }

    /// The loss on some texts without learning from them, as inference runs. PyTorch: model.eval().
    float evaluate(std::span<const int> windows) { return evaluate(windows, this->model()); }

    /// The same of another model's weights: `trainer.average()`.
    float evaluate(std::span<const int> windows, const Model<Network, Device>& model) {
        const kernels::Sequences texts = take(windows);
        // Away from the host rows' losses are worked out where the gradient has its place: one after another takes
        // long.
        float* const place = Device::on_host ? nullptr : output_gradient_.data();
        this->evaluate_micro_batches(texts.count, [&](const detail::MicroBatch& micro) {
            const kernels::Sequences few = part_of(texts, micro);
            evaluate_loss(evaluation_.forward(model, input(few, micro.first), few), micro, place);
        });
        return loss();
    }

  private:
    using Base::device_;
    using Base::options_;

    static const Options& checked(const Options& options) {
        constexpr int longest = longest_context<Network>;
        if (options.batch < 1) fail("Trainer", "batch", std::to_string(options.batch), "1 or more texts");
        if (options.context < 1 || options.context > longest)
            fail("Trainer", "context", std::to_string(options.context),
                 "1 to the model's " + std::to_string(longest) + " positions");
        if (options.batch > std::numeric_limits<int>::max() / options.context)
            fail("Trainer", "batch * context", std::to_string(static_cast<long>(options.batch) * options.context),
                 std::to_string(std::numeric_limits<int>::max()) + " rows at most");
        return options;
    }
    static int rows(const Options& options) { return options.batch * options.context; }

    /// Brings the tokens to where the model reads them: of each window all but the last, and the answers, which are all
    /// but the first.
    kernels::Sequences take(std::span<const int> windows) {
        const auto context = static_cast<std::size_t>(options_.context), window = context + 1;
        const std::size_t texts = windows.size() / window;
        if (windows.size() % window != 0 || texts < 1 || texts > static_cast<std::size_t>(options_.batch))
            fail("Trainer", "tokens", std::to_string(windows.size()),
                 "1 to " + std::to_string(options_.batch) + " texts of " + std::to_string(window));
        for (std::size_t at = 0; at < windows.size(); ++at)
            if (windows[at] < 0 || windows[at] >= vocabulary)
                fail("Trainer", "token " + std::to_string(at % window) + " of text " + std::to_string(at / window),
                     std::to_string(windows[at]),
                     "one of the model's vocabulary, 0 to " + std::to_string(vocabulary - 1));
        float* const tokens = tokens_.staging();
        int* const targets = targets_.staging();
        for (std::size_t row = 0; row < texts * context; ++row) {
            const std::size_t at = row / context * window + row % context;
            tokens[row] = static_cast<float>(windows[at]);
            targets[row] = windows[at + 1];
        }
        tokens_.send(static_cast<long>(texts * context));
        targets_.send(static_cast<long>(texts * context));
        return {.list = texts_.data(), .count = static_cast<int>(texts), .context = options_.context};
    }

    ViewOn<Shape<1>, Device> input(const kernels::Sequences& texts, int first = 0) {
        return {tokens_.data() + first * options_.context, texts.count * options_.context};
    }
    static kernels::Sequences part_of(kernels::Sequences texts, const detail::MicroBatch& micro) {
        texts.count = micro.count;
        return texts;
    }

    void evaluate_loss(ViewOn<Shape<vocabulary>, Device> logits, const detail::MicroBatch& micro, float* gradient) {
        const int* const targets = targets_.data() + micro.first * options_.context;
        CrossEntropy::evaluate(device_, {.prediction = logits,
                                         .target = {targets, static_cast<std::size_t>(logits.batch)},
                                         .weight = micro.weight,
                                         .value = micro.losses,
                                         .gradient = {gradient, logits.batch, vocabulary}});
    }
    Report loss() {
        return this->template report<float>([](const float* loss, int) { return *loss; }, 0);
    }

    Workspace<Network, Shape<1>, Training, Device> run_;
    Workspace<Network, Shape<1>, Inference, Device> evaluation_;
    Arena<Device> output_gradient_;
    detail::Sent<float, Device> tokens_;
    detail::Sent<int, Device> targets_;
    detail::Sent<kernels::SequenceRows, Device> texts_;
};

}  // namespace genotype
