// The training of examples/programs/dcgan.cpp, on any device.
#pragma once

#include <algorithm>
#include <cstdio>
#include <genotype/data/dataset.hpp>
#include <genotype/data/loader.hpp>
#include <genotype/genotype.hpp>
#include <genotype/images/float_images.hpp>
#include <numeric>

#include "images.hpp"
#include "training.hpp"

namespace example {

using namespace genotype;

using Generator = Sequential<ConvT<100, 256, 4, 1, 0>, BN<256>, ReLU, ConvT<256, 128, 4, 2, 1>, BN<128>, ReLU,
                             ConvT<128, 64, 4, 2, 1>, BN<64>, ReLU, ConvT<64, 3, 4, 2, 1>, Tanh>;
using Discriminator =
    Sequential<Conv<3, 64, 4, 2, 1>, LeakyReLU<0.2f>, Conv<64, 128, 4, 2, 1>, BN<128>, LeakyReLU<0.2f>,
               Conv<128, 256, 4, 2, 1>, BN<256>, LeakyReLU<0.2f>, Conv<256, 1, 4, 1, 0>, Sigmoid>;
using Dcgan = GAN<Generator, Discriminator>;

using Noise = Shape<100, 1, 1>;
using Image = Shape<3, 32, 32>;
static_assert(std::same_as<OutputShape<Generator, Noise>, Image>);

struct DcganSettings {
    Flags flags{};
    float seconds = 0, beta1 = 0.9f;
};

/// Trains, and writes images, samples and losses. The exit code.
template <class Device>
int train_dcgan(const DcganSettings& settings) {
    const Flags& flags = settings.flags;
    const Dataset<Image> images(load_images(flags, Split::train, 32, 32), Range{-1, 1});
    Loader loader(images, {.batch = flags.batch, .seed = flags.seed});
    Trainer<Dcgan, Device> trainer({.generator = {.learning_rate = flags.learning_rate, .beta1 = settings.beta1},
                                    .discriminator = {.learning_rate = flags.learning_rate, .beta1 = settings.beta1},
                                    .average = flags.average,
                                    .batch = flags.batch,
                                    .seed = flags.seed});
    std::printf("%s\n%s\n", summary<Generator, Noise, Device>(flags.batch).c_str(),
                summary<Discriminator, Image, Device>(flags.batch).c_str());

    const Tensor<Noise> fixed_noise = normal<Noise>(64, Seed{flags.seed + 2});
    const auto generate = [&](const Tensor<Noise>& noise) {
        return with_result(trainer, [&](const auto& generator) { return generator(noise); });
    };
    const auto draw = [&](const std::string& name) {
        save_grid(to_images(generate(fixed_noise), Range{-1, 1}), flags.out / name);
    };
    std::vector<int> first(static_cast<std::size_t>(std::min(64, images.size())));
    std::iota(first.begin(), first.end(), 0);
    Tensor<Image> real(static_cast<int>(first.size()));
    images.read(first, real.data());
    save_grid(to_images(real, Range{-1, 1}), flags.out / "real.png");

    // The columns of a table that older checkpoints have, too: their names stay.
    Training training(flags, trainer, loader, {"discriminator_loss", "generator_loss", "real_answer", "fake_answer"},
                      {flags.epochs, loader.batches(), flags.batch, settings.seconds});
    std::vector<std::string> files{"real.png", "training.csv", "losses.png"};
    while (training.goes_on()) {
        char text[96];
        training.step([&](const GanLosses& losses) {
            std::snprintf(text, sizeof text, "D %.3f  G %.3f  D(x) %.2f  D(G(z)) %.2f", losses.discriminator,
                          losses.generator, losses.real_output, losses.fake_output);
            training.note({losses.discriminator, losses.generator, losses.real_output, losses.fake_output}, text);
        });
        if (training.epoch_ended() || training.out_of_time()) {
            std::snprintf(text, sizeof text, "samples_epoch_%03ld.png", training.epoch());
            files.push_back(text);
            draw(files.back());
        }
    }
    if (!training.finish()) return training.exit_code();

    training.draw_losses({"discriminator", "generator"}, "DCGAN on " + flags.data, "loss", 25);
    if (flags.samples > 0) {
        const auto samples = generate(normal<Noise>(flags.samples, Seed{flags.seed + 3}));
        save_samples(to_images(samples, Range{-1, 1}), flags);
    }
    std::printf("%ld steps, %.1f s; written:\n", training.history().rows(), training.seconds());
    name_files(flags.out, files);
    return 0;
}

/// The same on an NVIDIA GPU, where nvcc compiled dcgan_cuda.cu.
int train_dcgan_on_cuda(const DcganSettings& settings);

}  // namespace example
