// A language model learns a text, character by character, and then writes some of its own.
//     build/examples/train_text --data tiny-shakespeare
// With --tokenizer it learns tokens, with --from it goes on from pretrained weights. A model is a type: this program is
// also built as `tune_text`, for the model of `text`.
#include <algorithm>
#include <cstdio>
#include <genotype/data/text_windows.hpp>
#include <genotype/io.hpp>
#include <genotype/text.hpp>
#include <genotype/text/corpus.hpp>

#include "pictures.hpp"
#include "text_model.hpp"  // nano_gpt/, or that of `text`
#include "train_text_flags.hpp"
#include "training.hpp"

using namespace genotype;

namespace {

using TextTrainer = Trainer<text_model::Model, Cpu, AdamW>;
constexpr int quick_estimate = 20, last_estimate = 200;  // batches

Tokenizer tokenizer_of(const example::TrainTextFlags& flags, const std::string& text) {
    const bool characters = flags.tokenizer.empty() && flags.from.empty();
    Tokenizer tokenizer =
        characters ? character_tokenizer(text) : load_tokenizer(flags.tokenizer.empty() ? flags.from : flags.tokenizer);
    if (tokenizer.size() > text_model::Model::vocabulary)
        fail(characters ? flags.data : flags.tokenizer.string(), "tokens", std::to_string(tokenizer.size()),
             "at most the model's " + std::to_string(text_model::Model::vocabulary) +
                 " (another model is another build)");
    if (characters) save_tokenizer(tokenizer, flags.out);
    return tokenizer;
}

void set_first_values(const example::TrainTextFlags& flags, TextTrainer& trainer) {
    if (!flags.from.empty())
        load_text(trainer.model(), TextFiles(flags.from), text_model::config);
    else if (TextConfig(text_model::config).family == TextFamily::gpt2)
        initialize_gpt2(trainer.model(), Seed{flags.seed});
    else
        initialize_llama(trainer.model(), Seed{flags.seed});
}

/// The mean loss over the same random batches each time.
float estimate(TextTrainer& trainer, TextWindows& windows, int batches) {
    double sum = 0;
    windows.seek({});
    for (int batch = 0; batch < batches; ++batch) sum += static_cast<double>(trainer.evaluate(windows.next()));
    return static_cast<float>(sum / batches);
}

/// A text of any length: where the context is full, its second half begins a new one.
std::string write_sample(const example::TrainTextFlags& flags, const TextTrainer& trainer, const Tokenizer& tokenizer) {
    const int context = std::max(2, flags.context);
    TextRun<text_model::Model> run(trainer.model(), {.context = std::min(context, longest_context<text_model::Model>)});
    std::vector<TokenId> ids = tokenizer.encode(flags.prompt);
    const std::size_t end = ids.size() + static_cast<std::size_t>(flags.sample_tokens);
    for (int part = 0; ids.size() < end; ++part) {
        const int known = std::min(static_cast<int>(ids.size()), context / 2);
        const std::vector<std::vector<TokenId>> before{{ids.end() - known, ids.end()}};
        const int left = static_cast<int>(end - ids.size());
        const Generated written = generate(run, tokenizer, std::span(before),
                                           {.max_new_tokens = std::min(left, context - known),
                                            .temperature = 0.8,
                                            .top_k = 200,
                                            .seed = flags.seed,
                                            .first_sequence = part});
        ids.insert(ids.end(), written.texts[0].ids.begin(), written.texts[0].ids.end());
    }
    return tokenizer.decode(ids) + "\n";
}

}  // namespace

int main(int argc, char** argv) {
    example::TrainTextFlags flags;
    flags.batch = 12;
    flags.out = "out/text";
    if (!flags.parse(argc, argv)) return flags.exit_code;

    return example::run([&] {
        const std::string text = read_corpus(flags.data);
        const Tokenizer tokenizer = tokenizer_of(flags, text);
        const std::vector<TokenId> tokens = tokenizer.encode(text, {.add_special_tokens = false});
        const TextParts parts = split_text(tokens);
        TextWindows windows(parts.train, {.batch = flags.batch, .context = flags.context, .seed = flags.seed});
        TextWindows others(parts.validation, {.batch = flags.batch, .context = flags.context, .seed = flags.seed + 1});
        const long warmup = static_cast<long>(static_cast<double>(flags.warmup) * static_cast<double>(flags.steps));
        TextTrainer trainer({.optimizer = {.learning_rate = flags.learning_rate,
                                           .beta2 = 0.99f,
                                           .weight_decay = flags.weight_decay,
                                           .decayed = Decayed::matrices},
                             .schedule = Schedule::cosine(flags.steps, warmup, 0.1f),
                             .clip_norm = 1,
                             .batch = flags.batch,
                             .context = flags.context,
                             .seed = flags.seed});
        set_first_values(flags, trainer);
        const long rows = static_cast<long>(flags.batch) * flags.context;
        std::printf("%zu tokens of %d to learn from, %zu to measure with; %ld parameters\n", parts.train.size(),
                    tokenizer.size(), parts.validation.size(), parameter_count<text_model::Model>);

        example::Training training(flags, trainer, windows, {"loss", "validation_loss"},
                                   {.steps = flags.steps, .batch = rows, .what = "tokens"});
        const long before = training.history().rows();
        float validated =
            before > 0 ? training.history().row(before - 1)[1] : estimate(trainer, others, quick_estimate);
        while (training.goes_on()) {
            const float loss = trainer.step(windows.next());
            if (trainer.steps() % flags.evaluate_every == 0) validated = estimate(trainer, others, quick_estimate);
            char words[64];
            std::snprintf(words, sizeof words, "loss %.3f  validation %.3f", loss, validated);
            training.note({loss, validated}, words);
            training.save_when_due();
        }
        if (!training.finish()) return example::interrupted;

        save(trainer, flags.out / "model.safetensors");
        training.draw_losses({"training", "validation"}, "Loss on " + flags.data, "cross-entropy of a token", 25);
        const std::string sample = write_sample(flags, trainer, tokenizer);
        write_file(flags.out / "sample.txt", sample);
        std::printf("%s\nvalidation loss %.4f: the mean over %d random batches of %d texts of %d tokens\n",
                    sample.c_str(), estimate(trainer, others, last_estimate), last_estimate, flags.batch,
                    flags.context);
        std::printf("%ld steps, %.1f s; written:\n", training.history().rows(), training.seconds());
        example::name_files(flags.out, {"model.safetensors", "sample.txt", "training.csv", "losses.png"});
        return 0;
    });
}
