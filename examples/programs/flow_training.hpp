// The training of examples/programs/flow.cpp, on any device.
#pragma once

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <genotype/data/dataset.hpp>
#include <genotype/data/loader.hpp>
#include <genotype/flow.hpp>
#include <genotype/images/float_images.hpp>
#include <genotype/images/grey.hpp>
#include <utility>
#include <vector>

#include "flow_unet.hpp"
#include "images.hpp"
#include "training.hpp"

namespace example {

using namespace genotype;

using Flow = FlowMatching<UNet, Grey>;

struct FlowSettings {
    Flags flags{};
    float seconds = 0, guidance = 1.5f;
    int sampling_steps = 10;
    std::filesystem::path labels_file{};
};

/// Trains, and writes images, samples and losses. The exit code.
template <class Device>
int train_flow(const FlowSettings& settings) {
    const Flags& flags = settings.flags;
    const Dataset<Grey> images(to_grey(load_images(flags, Split::train, 28, 28)), Range{-1, 1});
    Loader loader(images, {.batch = flags.batch, .seed = flags.seed});
    const long steps = flags.epochs * loader.batches(), warmup = std::min(200L, steps / 2);
    Trainer<Flow, Device> trainer({.optimizer = Adam{.learning_rate = flags.learning_rate, .beta2 = 0.99f},
                                   .schedule = settings.seconds > 0 ? Schedule::linear_warmup(std::max(1L, warmup))
                                                                    : Schedule::cosine(steps, warmup, 0.01f),
                                   .clip_norm = 1,
                                   .average = flags.average,
                                   .batch = flags.batch,
                                   .seed = flags.seed});
    std::printf("%s\n", summary<UNet, Grey, Device>(flags.batch).c_str());

    // A row of ten for each class.
    std::vector<int> rows(10 * classes);
    for (std::size_t at = 0; at < rows.size(); ++at) rows[at] = static_cast<int>(at / 10);
    FlowSampler<Flow, Device> sampler(static_cast<int>(rows.size()));
    const auto draw = [&](const std::vector<int>& labels, std::uint64_t seed) {
        return with_result(trainer, [&](const auto& model) {
            const Tensor<Grey> drawn = sampler(model, static_cast<int>(labels.size()), labels,
                                               {.steps = settings.sampling_steps,
                                                .solver = Solver::midpoint,
                                                .guidance = settings.guidance,
                                                .seed = seed});
            return to_images(drawn, Range{-1, 1});
        });
    };

    Training training(flags, trainer, loader, {"loss"},
                      {flags.epochs, loader.batches(), flags.batch, settings.seconds});
    std::vector<std::string> files{"samples.png", "training.csv", "losses.png"};
    while (training.goes_on()) {
        training.step([&](float loss) {
            char text[32];
            std::snprintf(text, sizeof text, "loss %.4f", static_cast<double>(loss));
            training.note({loss}, text);
        });
        if (training.epoch_ended() && training.goes_on()) {
            char name[40];
            std::snprintf(name, sizeof name, "samples_epoch_%03ld.png", training.epoch());
            save_grid(draw(rows, flags.seed + 2), flags.out / files.emplace_back(name), 10);
        }
    }
    if (!training.finish()) return training.exit_code();
    save_grid(draw(rows, flags.seed + 2), flags.out / "samples.png", 10);
    training.draw_losses({"velocity"}, "Flow matching on " + flags.data, "mean squared error", 50);
    if (flags.samples > 0) {
        ImageData all{0, 28, 28, 1, {}, {}, {}};
        for (int done = 0; done < flags.samples; done += static_cast<int>(rows.size())) {
            std::vector<int> labels(
                static_cast<std::size_t>(std::min<int>(flags.samples - done, static_cast<int>(rows.size()))));
            for (std::size_t at = 0; at < labels.size(); ++at) labels[at] = (done + static_cast<int>(at)) % classes;
            const std::uint64_t seed = flags.seed + 3 + static_cast<std::uint64_t>(done);
            ImageData drawn = draw(labels, seed);
            drawn.labels = std::move(labels);
            all = all.count == 0 ? std::move(drawn) : join(std::move(all), drawn);
        }
        save_samples(all, flags);
        if (!settings.labels_file.empty()) save_labels(all.labels, settings.labels_file);
    }
    std::printf("%ld steps, %.1f s; written:\n", training.history().rows(), training.seconds());
    name_files(flags.out, files);
    return 0;
}

}  // namespace example
