// The training of examples/programs/train_text.cpp, on any device. What needs tokenizers and files of models stays in
// that file, which nvcc does not see.
#pragma once

#include <cstdio>
#include <genotype/data/text_windows.hpp>
#include <genotype/genotype.hpp>
#include <genotype/io.hpp>
#include <string>

#include "images.hpp"
#include "text_model.hpp"  // nano_gpt/, or that of `text`
#include "train_text_flags.hpp"
#include "training.hpp"

namespace genotype::inline v0_1 {
class Tokenizer;
}

namespace example {

using namespace genotype;

struct TextTask {
    const TrainTextFlags& flags;
    const Tokenizer& tokenizer;
    int tokens;               // of the tokenizer
    TextParts parts;          // of the text
    bool scaled_residuals;    // initial values as GPT-2 has them, and not as a Llama
    Arena<> pretrained = {};  // parameters of --from; none: initial values
};

/// The processor writes a text of any length by a model of these parameters.
std::string write_sample(const TextTask& task, const float* parameters);

template <class Device>
using TextTrainer = Trainer<text_model::Model, Device, AdamW>;

template <class Device>
void set_first_values(const TextTask& task, Model<text_model::Model, Device>& model) {
    if (task.pretrained.size() > 0) {
        Device::upload(task.pretrained.data(), task.pretrained.size(), model.parameters.data());
        model.prepare();
    } else if (task.scaled_residuals) {
        initialize_gpt2(model, Seed{task.flags.seed});
    } else {
        initialize_llama(model, Seed{task.flags.seed});
    }
}

/// The mean loss over the same random batches each time.
template <class Device>
float estimate(TextTrainer<Device>& trainer, TextWindows& windows, int batches) {
    double sum = 0;
    windows.seek({});
    return with_result(trainer, [&](const auto& model) {
        for (int batch = 0; batch < batches; ++batch)
            sum += static_cast<double>(trainer.evaluate(windows.next(), model));
        return static_cast<float>(sum / batches);
    });
}

/// The mean loss over all tokens of a text but the first.
template <class Device>
float measure(TextTrainer<Device>& trainer, TextInOrder& text) {
    double sum = 0;
    return with_result(trainer, [&](const auto& model) {
        for (auto part = text.next(); part.targets > 0; part = text.next())
            sum += static_cast<double>(trainer.evaluate(part.windows, model)) * static_cast<double>(part.targets);
        return static_cast<float>(sum / static_cast<double>(text.targets()));
    });
}

/// Trains, measures, and writes weights, losses and a sample. The exit code.
template <class Device>
int train_text(const TextTask& task) {
    constexpr int quick_estimate = 20, last_estimate = 200;  // batches
    const TrainTextFlags& flags = task.flags;
    const TextParts& parts = task.parts;
    TextWindows windows(parts.train, {.batch = flags.batch, .context = flags.context, .seed = flags.seed});
    TextWindows others(parts.validation, {.batch = flags.batch, .context = flags.context, .seed = flags.seed + 1});
    const long warmup = static_cast<long>(static_cast<double>(flags.warmup) * static_cast<double>(flags.steps));
    TextTrainer<Device> trainer({.optimizer = {.learning_rate = flags.learning_rate,
                                               .beta2 = 0.99f,
                                               .weight_decay = flags.weight_decay,
                                               .decayed = detail::Decayed::matrices},
                                 .schedule = Schedule::cosine(flags.steps, warmup, 0.1f),
                                 .clip_norm = 1,
                                 .average = flags.average,
                                 .batch = flags.batch,
                                 .context = flags.context,
                                 .seed = flags.seed});
    set_first_values(task, trainer.model());
    const long rows = static_cast<long>(flags.batch) * flags.context;
    std::printf("%zu tokens of %d to learn from, %zu to measure with; %ld parameters\n", parts.train.size(),
                task.tokens, parts.validation.size(), parameter_count<text_model::Model>);

    Training training(flags, trainer, windows, {"loss", "validation_loss"},
                      {.steps = flags.steps, .batch = rows, .what = "tokens"});
    const long before = training.history().rows();
    float validated = before > 0 ? training.history().row(before - 1)[1] : estimate(trainer, others, quick_estimate);
    while (training.goes_on()) {
        const float loss = trainer.step(windows.next());
        if (trainer.steps() % flags.evaluate_every == 0) validated = estimate(trainer, others, quick_estimate);
        char words[64];
        std::snprintf(words, sizeof words, "loss %.3f  validation %.3f", loss, validated);
        training.note({loss, validated}, words);
        training.save_when_due();
    }
    if (!training.finish()) return training.exit_code();

    std::vector<std::string> files{"model.safetensors", "sample.txt", "training.csv", "losses.png"};
    save(trainer, flags.out / "model.safetensors");
    if (flags.average > 0) {
        save(trainer.average(), flags.out / "average.safetensors");
        files.insert(files.begin() + 1, "average.safetensors");
    }
    training.draw_losses({"training", "validation"}, "Loss on " + flags.data, "cross-entropy of a token", 25);
    const std::string sample =
        with_result(trainer, [&](const auto& model) { return write_sample(task, HostCopy(model.parameters).data()); });
    write_file(flags.out / "sample.txt", sample);
    std::printf("%s\n", sample.c_str());
    TextInOrder all(parts.validation, {.batch = flags.batch, .context = flags.context});
    if (all.parts() <= last_estimate)
        std::printf("validation loss %.4f: the mean over all %ld tokens\n", measure(trainer, all), all.targets());
    else
        std::printf("validation loss %.4f: an estimate, the mean over %d random batches of %d texts of %d tokens\n",
                    estimate(trainer, others, last_estimate), last_estimate, flags.batch, flags.context);
    std::printf("%ld steps, %.1f s; written:\n", training.history().rows(), training.seconds());
    name_files(flags.out, files);
    return 0;
}

/// The same on an NVIDIA GPU, where nvcc compiled train_text_cuda.cu.
int train_text_on_cuda(const TextTask& task);

}  // namespace example
