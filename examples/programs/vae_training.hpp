// The training of examples/programs/vae.cpp, on any device.
#pragma once

#include <algorithm>
#include <cstdio>
#include <genotype/data/dataset.hpp>
#include <genotype/data/loader.hpp>
#include <genotype/genotype.hpp>
#include <genotype/images/float_images.hpp>
#include <genotype/images/grey.hpp>
#include <genotype/models/importance_bound.hpp>
#include <optional>
#include <span>
#include <vector>

#include "images.hpp"
#include "training.hpp"
#include "vae_latents.hpp"
#include "vae_settings.hpp"

namespace example {

using namespace genotype;

/// Latents as the bound has them: from N(0, 1).
struct NormalPrior {
    static inline const std::vector<std::string> files{};
    template <class Trainer, class Images>
    bool has_begun(const Trainer&, const Images&, const VaeSettings&) {
        return false;
    }
    template <class Trainer, class Images>
    int learn(const Trainer&, const Images&, const VaeSettings&) {
        return 0;
    }
    Tensor<Latent> operator()(int count, std::uint64_t seed) { return normal<Latent>(count, Seed{seed}); }
};

/// The mean losses of all images, each of which counts as much as another.
template <class Net, class Device>
VaeLosses measure(Trainer<Net, Device>& trainer, const Model<Net, Device>& model,
                  const Dataset<typename Net::Input>& images, int batch) {
    double reconstruction = 0, kl = 0;
    Loader loader(images, LoaderOptions::evaluation(batch));
    for (const auto& some : loader) {
        const VaeLosses losses = [&] {
            if constexpr (is_conditional<Net>)
                return trainer.evaluate(some, some.labels, model);
            else
                return trainer.evaluate(some, model);
        }();
        reconstruction += static_cast<double>(losses.reconstruction) * some.size();
        kl += static_cast<double>(losses.kl) * some.size();
    }
    return {static_cast<float>(reconstruction / images.size()), static_cast<float>(kl / images.size())};
}

/// By --importance-draws: the mean of `importance_bounds`.
template <class Net, class Device>
void say_importance_bound(const Model<Net, Device>& model, const Dataset<typename Net::Input>& images,
                          const VaeSettings& settings) {
    if constexpr (Device::on_host) {
        if (settings.importance_draws == 0) return;
        Loader loader(images, LoaderOptions::evaluation(100));
        ImportanceOptions options{.draws = settings.importance_draws, .seed = settings.flags.seed};
        double sum = 0;
        for (const auto& some : loader) {
            const auto labels = is_conditional<Net> ? some.labels : std::span<const int>();
            for (const double bound : importance_bounds(model, some, labels, options)) sum += bound;
            ++options.seed;
        }
        std::printf("%d test images: %.3f by importance sampling, %d draws each\n", images.size(), sum / images.size(),
                    settings.importance_draws);
    }
}

/// Trains, tests, and writes images, samples and losses. The exit code. Where there are no images to test with,
/// none is scored, and those that were learnt from are drawn. Samples are of what `prior` gives.
template <class Net, class Device, class Prior = NormalPrior>
int train_vae(const VaeSettings& settings, Prior prior = {}) {
    using Input = typename Net::Input;
    const Flags& flags = settings.flags;
    const Dataset<Input> images(to_grey(load_images(flags, Split::train, 28, 28)), zero_to_one);
    constexpr bool reads_class = is_conditional<Net>;
    if (reads_class && images.labels().empty())
        fail("--labels", "labels", "none in " + flags.data, "a class of each image");
    const bool is_tested = has_tests(flags);
    std::optional<const Dataset<Input>> others;
    if (is_tested) others.emplace(to_grey(load_images(flags, Split::test, 28, 28)), zero_to_one);
    const Dataset<Input>& tests = is_tested ? *others : images;
    Loader loader(images, {.batch = flags.batch, .seed = flags.seed});
    // The plain one's rate stays as it is.
    const bool falls = settings.model != "mlp" && settings.seconds == 0;
    Trainer<Net, Device> trainer(
        {.optimizer = Adam{.learning_rate = flags.learning_rate},
         .schedule = falls ? Schedule::cosine(flags.epochs * loader.batches(), 0, 0.01f) : Schedule::constant(),
         .average = flags.average,
         .beta = settings.beta,
         .reconstruction = settings.mean_per_value ? Reconstruction::mean_per_value : Reconstruction::summed,
         .batch = flags.batch,
         .seed = flags.seed,
         .beta_warmup = settings.beta_warmup,
         .free_bits = settings.free_bits});
    std::printf("%s\n", summary<Net, Input, Device>(flags.batch).c_str());

    Training training(
        flags, trainer, loader, {"reconstruction", "kl"},
        {flags.epochs, loader.batches(), flags.batch, settings.seconds - settings.seconds_of_second_stage()});
    const bool has_ended = prior.has_begun(trainer, images, settings);
    while (!has_ended && training.goes_on())
        training.step([&](const VaeLosses& losses) {
            char text[64];
            std::snprintf(text, sizeof text, "reconstruction %.3f  KL %.3f", losses.reconstruction, losses.kl);
            training.note({losses.reconstruction, losses.kl}, text);
        });
    if (!training.finish()) return training.exit_code();
    if (const int code = prior.learn(trainer, images, settings); code != 0) return code;
    training.draw_losses({"reconstruction", "KL"}, "VAE on " + flags.data, "loss an image", 50);

    std::optional<const Model<Net, Device>> average;
    if (flags.average > 0) average.emplace(trainer.average());
    const Model<Net, Device>& model = average ? *average : trainer.model();
    if (is_tested) {
        const VaeLosses test = measure(trainer, model, tests, flags.batch);
        std::printf("%d test images: reconstruction %.3f, KL %.3f, sum %.3f\n", tests.size(), test.reconstruction,
                    test.kl, test.total());
        say_importance_bound(model, tests, settings);
    } else {
        std::printf("no test images in %s, so no score; the drawings show images that were learnt from\n",
                    flags.data.c_str());
    }

    constexpr int together = 500;
    Workspace<typename Net::Decoder, Latent, Inference, Device> decoder(together);
    detail::Input<Latent, Device> input(together);
    // Of classes, where the network reads them.
    const auto draw = [&](View<Latent> z, [[maybe_unused]] std::span<const int> labels) {
        ImageData all = blank_images(z.batch, 28, 28, 1);
        for (int first = 0; first < z.batch; first += together) {
            const auto some = z.slice(first, std::min(together, z.batch - first));
            const auto decoded = on_host<Device>([&] {
                if constexpr (reads_class) {
                    const auto own =
                        labels.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(some.batch));
                    return decode(model, some, {given<image_class>(as_classes(own))}, decoder);
                } else {
                    return decode(model, input.take(some), decoder);
                }
            }());
            std::ranges::copy(to_images<Grey>(decoded, zero_to_one).bytes, all[first].data());
        }
        return all;
    };
    const Tensor<Latent> latents = means(model, tests);
    const int shown = std::min(16, tests.size());
    const std::span<const int> classes = tests.labels();
    save_grid(join(slice(tests.images(), 0, shown), draw(latents.view().slice(0, shown), classes)),
              flags.out / "reconstructions.png", shown);
    if constexpr (reads_class) {  // a row of ten for each class
        const std::vector<int> rows = rows_of_classes(image_classes);
        save_grid(draw(prior(static_cast<int>(rows.size()), flags.seed + 1), rows), flags.out / "samples.png", 10);
    } else {
        save_grid(draw(prior(64, flags.seed + 1), {}), flags.out / "samples.png");
    }

    // Eight walks of ten steps, each from one test image to the next; of classes, in that of the first.
    Tensor<Latent> between(80);
    std::vector<int> on_the_way;
    for (int n = 0; n < 80; ++n) {
        if (reads_class) on_the_way.push_back(classes[static_cast<std::size_t>(n / 10 % tests.size())]);
        for (int i = 0; i < Latent::count; ++i) {
            const int from = n / 10 % tests.size(), to = (n / 10 + 1) % tests.size();
            const float way = static_cast<float>(n % 10) / 9;
            between(n, i) = (1 - way) * latents(from, i) + way * latents(to, i);
        }
    }
    save_grid(draw(between, on_the_way), flags.out / "interpolation.png", 10);
    const auto count = static_cast<std::size_t>(tests.size() * Latent::count);
    draw_latents({latents.data(), count}, tests.images(),
                 is_tested ? "Latents of the test images" : "Latents of images that were learnt from",
                 flags.out / "latents.png");
    if (flags.samples > 0) {
        const std::vector<int> labels = classes_in_turns(0, flags.samples, image_classes);
        save_samples(draw(prior(flags.samples, flags.seed + 2), labels), flags);
        if (!settings.labels_file.empty()) save_labels(labels, settings.labels_file);
    }
    std::printf("%ld steps, %.1f s; written:\n", training.history().rows(), training.seconds());
    std::vector<std::string> files{"reconstructions.png", "samples.png",  "interpolation.png",
                                   "latents.png",         "training.csv", "losses.png"};
    files.insert(files.end(), prior.files.begin(), prior.files.end());
    name_files(flags.out, files);
    return 0;
}

}  // namespace example
