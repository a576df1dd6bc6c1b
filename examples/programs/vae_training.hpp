// The training of examples/programs/vae.cpp, on any device.
#pragma once

#include <algorithm>
#include <cstdio>
#include <genotype/data/dataset.hpp>
#include <genotype/data/loader.hpp>
#include <genotype/genotype.hpp>
#include <genotype/images/float_images.hpp>
#include <genotype/images/grey.hpp>
#include <optional>

#include "images.hpp"
#include "training.hpp"

namespace example {

using namespace genotype;

// The encoder is Linear<784, 256>, ReLU, Linear<256, 256>, ReLU, Linear<256, 2 * 20>: the mean and the logarithm of the
// variance of each latent. The decoder goes back: Linear<20, 256>, ReLU, ..., Linear<256, 784>, Sigmoid.
using ImageVae = VAE<784, 256, 20>;

using Latent = Shape<20>;
using Moments = Shape<40>;
using Grey = Shape<1, 28, 28>;  // as the 784 values are drawn
constexpr Range zero_to_one{0, 1};

struct VaeSettings {
    Flags flags{};
    bool mean_per_value = false;
    float beta = 1;
};

/// The means of the latents of all images.
template <class Device>
Tensor<Latent> means(const Model<ImageVae, Device>& model, const Dataset<Shape<784>>& images) {
    Workspace<ImageVae::Encoder, Shape<784>, Inference, Device> workspace(500);
    detail::Input<Shape<784>, Device> input(500);
    Tensor<Latent> result(images.size());
    Loader loader(images, LoaderOptions::evaluation(500));
    float* to = result.data();
    for (const auto& batch : loader) {
        const Tensor<Moments> moments = on_host<Device>(encode(model, input.take(batch), workspace));
        for (int n = 0; n < moments.batch(); ++n)
            to = std::copy_n(moments.data() + n * Moments::count, Latent::count, to);
    }
    return result;
}

/// The mean losses of all images, each of which counts as much as another.
template <class Device>
VaeLosses measure(Trainer<ImageVae, Device>& trainer, const Model<ImageVae, Device>& model,
                  const Dataset<Shape<784>>& images, int batch) {
    double reconstruction = 0, kl = 0;
    Loader loader(images, LoaderOptions::evaluation(batch));
    for (const auto& some : loader) {
        const VaeLosses losses = trainer.evaluate(some, model);
        reconstruction += static_cast<double>(losses.reconstruction) * some.size();
        kl += static_cast<double>(losses.kl) * some.size();
    }
    return {static_cast<float>(reconstruction / images.size()), static_cast<float>(kl / images.size())};
}

/// Trains, tests, and writes images, samples and losses. The exit code. Where there are no images to test with,
/// none is scored, and those that were learnt from are drawn.
template <class Device>
int train_vae(const VaeSettings& settings) {
    const Flags& flags = settings.flags;
    const Dataset<Shape<784>> images(to_grey(load_images(flags, Split::train, 28, 28)), zero_to_one);
    const bool is_tested = has_tests(flags);
    std::optional<const Dataset<Shape<784>>> others;
    if (is_tested) others.emplace(to_grey(load_images(flags, Split::test, 28, 28)), zero_to_one);
    const Dataset<Shape<784>>& tests = is_tested ? *others : images;
    Loader loader(images, {.batch = flags.batch, .seed = flags.seed});
    Trainer<ImageVae, Device> trainer(
        {.optimizer = Adam{.learning_rate = flags.learning_rate},
         .average = flags.average,
         .beta = settings.beta,
         .reconstruction = settings.mean_per_value ? Reconstruction::mean_per_value : Reconstruction::summed,
         .batch = flags.batch,
         .seed = flags.seed});
    std::printf("%s\n", summary<ImageVae, Shape<784>, Device>(flags.batch).c_str());

    Training training(flags, trainer, loader, {"reconstruction", "kl"}, {flags.epochs, loader.batches(), flags.batch});
    while (training.goes_on())
        training.step([&](const VaeLosses& losses) {
            char text[64];
            std::snprintf(text, sizeof text, "reconstruction %.3f  KL %.3f", losses.reconstruction, losses.kl);
            training.note({losses.reconstruction, losses.kl}, text);
        });
    if (!training.finish()) return training.exit_code();
    training.draw_losses({"reconstruction", "KL"}, "VAE on " + flags.data, "loss an image", 50);

    std::optional<const Model<ImageVae, Device>> average;
    if (flags.average > 0) average.emplace(trainer.average());
    const Model<ImageVae, Device>& model = average ? *average : trainer.model();
    if (is_tested) {
        const VaeLosses test = measure(trainer, model, tests, flags.batch);
        std::printf("%d test images: reconstruction %.3f, KL %.3f, sum %.3f\n", tests.size(), test.reconstruction,
                    test.kl, test.total());
    } else {
        std::printf("no test images in %s, so no score; the drawings show images that were learnt from\n",
                    flags.data.c_str());
    }

    const int most = std::max(80, flags.samples);
    Workspace<ImageVae::Decoder, Latent, Inference, Device> decoder(most);
    detail::Input<Latent, Device> input(most);
    const auto draw = [&](View<Latent> z) {
        const auto decoded = on_host<Device>(decode(model, input.take(z), decoder));
        return to_images<Grey>(decoded, zero_to_one);
    };
    const Tensor<Latent> latents = means(model, tests);
    const int shown = std::min(16, tests.size());
    save_grid(join(slice(tests.images(), 0, shown), draw(latents.view().slice(0, shown))),
              flags.out / "reconstructions.png", shown);
    save_grid(draw(normal<Latent>(64, Seed{flags.seed + 1})), flags.out / "samples.png");

    Tensor<Latent> between(80);  // eight walks of ten steps, each from one test image to the next
    for (int n = 0; n < 80; ++n)
        for (int i = 0; i < Latent::count; ++i) {
            const int from = n / 10 % tests.size(), to = (n / 10 + 1) % tests.size();
            const float way = static_cast<float>(n % 10) / 9;
            between(n, i) = (1 - way) * latents(from, i) + way * latents(to, i);
        }
    save_grid(draw(between), flags.out / "interpolation.png", 10);
    const auto count = static_cast<std::size_t>(tests.size() * Latent::count);
    draw_latents({latents.data(), count}, tests.images(),
                 is_tested ? "Latents of the test images" : "Latents of images that were learnt from",
                 flags.out / "latents.png");
    if (flags.samples > 0) save_samples(draw(normal<Latent>(flags.samples, Seed{flags.seed + 2})), flags);
    std::printf("%ld steps, %.1f s; written:\n", training.history().rows(), training.seconds());
    name_files(flags.out, {"reconstructions.png", "samples.png", "interpolation.png", "latents.png", "training.csv",
                           "losses.png"});
    return 0;
}

/// The same on an NVIDIA GPU, where nvcc compiled vae_cuda.cu.
int train_vae_on_cuda(const VaeSettings& settings);

}  // namespace example
