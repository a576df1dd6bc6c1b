// The training of examples/programs/flow.cpp, of a flow, a shortcut or a diffusion, on any device.
#pragma once

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <genotype/data/dataset.hpp>
#include <genotype/data/loader.hpp>
#include <genotype/diffusion.hpp>
#include <genotype/flow.hpp>
#include <genotype/images/float_images.hpp>
#include <genotype/images/grey.hpp>
#include <genotype/shortcut.hpp>
#include <genotype/training/progress.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "flow_unet.hpp"
#include "images.hpp"
#include "training.hpp"

namespace example {

using namespace genotype;

using Flow = FlowMatching<UNet, Grey>;
using Denoiser = Diffusion<UNet, Grey>;
using OneStep = ShortcutModel<ShortcutUNet, Grey, time, span>;

struct FlowSettings {
    Flags flags{};
    std::string model = "flow", solver = "midpoint";
    float seconds = 0, guidance = 1.5f;
    int sampling_steps = 10;
    bool optimal_transport = false;
    std::filesystem::path labels_file{};
};

/// Throws `Error` where a flag of flows is given to another model, or it cannot take so many steps.
inline void check(const FlowSettings& settings) {
    if (settings.model == "flow") return;
    const bool is_shortcut = settings.model == "shortcut";
    if (settings.solver != FlowSettings{}.solver)
        fail("--solver", "word", settings.solver,
             is_shortcut ? "none with --model shortcut, which is followed by Euler's steps"
                         : "none with --model diffusion, which DDIM draws");
    if (is_shortcut && (settings.sampling_steps > OneStep::most_steps ||
                        (settings.sampling_steps & (settings.sampling_steps - 1)) != 0))
        fail("--sampling-steps", "number", settings.sampling_steps,
             genotype::detail::concat("a power of two to ", OneStep::most_steps, " with --model shortcut"));
    if (is_shortcut) return;
    if (settings.optimal_transport) fail("--optimal-transport", "flag", "it", "none with --model diffusion");
    constexpr int timesteps = Denoiser::Noise::timesteps;
    if (settings.sampling_steps > timesteps)
        fail("--sampling-steps", "number", settings.sampling_steps,
             genotype::detail::concat("1 to the ", timesteps, " timesteps of the diffusion"));
}

/// What draws images of a model, and how.
template <class Kind, class Device>
struct SamplerOf {
    using type = FlowSampler<Kind, Device>;
    using Options = FlowSampling;
};
template <class Device>
struct SamplerOf<Denoiser, Device> {
    using type = DiffusionSampler<Denoiser, Device>;
    using Options = DiffusionSampling;
};
template <class Device>
struct SamplerOf<OneStep, Device> {
    using type = ShortcutSampler<OneStep, Device>;
    using Options = ShortcutSampling;
};

/// Draws images of a model by the flags.
template <class Kind, class Device>
class ImagesOf {
  public:
    ImagesOf(const FlowSettings& settings, int capacity) : sampler_(capacity) {
        options_.steps = settings.sampling_steps;
        options_.guidance = settings.guidance;
        if constexpr (std::is_same_v<Kind, Flow>)
            options_.solver = settings.solver == "euler"  ? Solver::euler
                              : settings.solver == "heun" ? Solver::heun
                                                          : Solver::midpoint;
    }

    template <class OnStep>
    ImageData operator()(const Model<typename Kind::Model, Device>& model, const std::vector<int>& labels,
                         std::uint64_t seed, const OnStep& on_step) {
        options_.seed = seed;
        return to_images(sampler_(model, static_cast<int>(labels.size()), labels, options_, on_step), Range{-1, 1});
    }

  private:
    typename SamplerOf<Kind, Device>::type sampler_;
    typename SamplerOf<Kind, Device>::Options options_{};
};

/// What its chart is called, before the name of the data.
inline std::string title_of(const std::string& model) {
    return model == "flow" ? "Flow matching on " : model == "shortcut" ? "A shortcut model on " : "Diffusion on ";
}

/// Trains, and writes images, samples and losses. The exit code.
template <class Kind, class Device>
int train_flow(const FlowSettings& settings) {
    const Flags& flags = settings.flags;
    const Dataset<Grey> images(to_grey(load_images(flags, Split::train, 28, 28)), Range{-1, 1});
    Loader loader(images, {.batch = flags.batch, .seed = flags.seed});
    const long steps = flags.epochs * loader.batches(), warmup = std::min(200L, steps / 2);
    typename Trainer<Kind, Device>::Options options{
        .optimizer = Adam{.learning_rate = flags.learning_rate, .beta2 = 0.99f},
        .schedule = settings.seconds > 0 ? Schedule::linear_warmup(std::max(1L, warmup))
                                         : Schedule::cosine(steps, warmup, 0.01f),
        .clip_norm = 1,
        .average = flags.average,
        .batch = flags.batch,
        .seed = flags.seed};
    if constexpr (requires { options.optimal_transport; }) options.optimal_transport = settings.optimal_transport;
    Trainer<Kind, Device> trainer(options);
    std::printf("%s\n", summary<typename Kind::Model, Grey, Device>(flags.batch).c_str());

    // A row of ten for each class.
    const std::vector<int> rows = rows_of_classes(classes);
    ImagesOf<Kind, Device> images_of(settings, static_cast<int>(rows.size()));
    const auto draw = [&](const std::vector<int>& labels, std::uint64_t seed, const auto& on_step) {
        return with_result(trainer, [&](const auto& model) { return images_of(model, labels, seed, on_step); });
    };
    const auto draw_rows = [&] { return draw(rows, flags.seed + 2, [](const auto&) {}); };

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
            save_grid(draw_rows(), flags.out / files.emplace_back(name), 10);
        }
    }
    if (!training.finish()) return training.exit_code();
    save_grid(draw_rows(), flags.out / "samples.png", 10);
    training.draw_losses({"velocity"}, title_of(settings.model) + flags.data, "mean squared error", 50);
    if (flags.samples > 0) {
        ImageData all{0, 28, 28, 1, {}, {}, {}};
        const long batches = (flags.samples + static_cast<long>(rows.size()) - 1) / static_cast<long>(rows.size());
        Progress progress(1, batches * settings.sampling_steps, 1, 0, "steps");
        for (int done = 0; done < flags.samples; done += static_cast<int>(rows.size())) {
            const int count = std::min(flags.samples - done, static_cast<int>(rows.size()));
            std::vector<int> labels = classes_in_turns(done, count, classes);
            const std::uint64_t seed = flags.seed + 3 + static_cast<std::uint64_t>(done);
            ImageData drawn = draw(labels, seed, [&](const auto& step) {
                const long before = done / static_cast<long>(rows.size()) * step.steps;
                progress.step(0, before + step.done - 1,
                              "samples " + std::to_string(done) + "/" + std::to_string(flags.samples));
            });
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
