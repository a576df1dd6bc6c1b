// The training of examples/programs/dcgan.cpp, on any device, and its plain recipe.
#pragma once

#include <algorithm>
#include <cstdio>
#include <genotype/data/dataset.hpp>
#include <genotype/data/loader.hpp>
#include <genotype/genotype.hpp>
#include <genotype/images/float_images.hpp>
#include <genotype/images/resize.hpp>
#include <numeric>

#include "dcgan_settings.hpp"
#include "gan_samples.hpp"
#include "images.hpp"
#include "monitor.hpp"
#include "training.hpp"

namespace example {

using namespace genotype;

using Generator = Sequential<ConvT<100, 256, 4, 1, 0>, BN<256>, ReLU, ConvT<256, 128, 4, 2, 1>, BN<128>, ReLU,
                             ConvT<128, 64, 4, 2, 1>, BN<64>, ReLU, ConvT<64, 3, 4, 2, 1>, Tanh>;
using Discriminator =
    Sequential<Conv<3, 64, 4, 2, 1>, LeakyReLU<0.2f>, Conv<64, 128, 4, 2, 1>, BN<128>, LeakyReLU<0.2f>,
               Conv<128, 256, 4, 2, 1>, BN<256>, LeakyReLU<0.2f>, Conv<256, 1, 4, 1, 0>, Sigmoid>;
using Dcgan = GAN<Generator, Discriminator>;
static_assert(std::same_as<OutputShape<Generator, Noise>, Shape<3, 32, 32>>);

/// The networks of PyTorch's examples/dcgan (nz = 100, ngf = ndf = 64, nc = 3), for 64 x 64 pixels. Its files' names
/// are these with "main." before them: load(model, path, {.prefix = "main."}).
using LargeGenerator = Sequential<ConvT<100, 512, 4, 1, 0>, BN<512>, ReLU, ConvT<512, 256, 4, 2, 1>, BN<256>, ReLU,
                                  ConvT<256, 128, 4, 2, 1>, BN<128>, ReLU, ConvT<128, 64, 4, 2, 1>, BN<64>, ReLU,
                                  ConvT<64, 3, 4, 2, 1>, Tanh>;
using LargeDiscriminator =
    Sequential<Conv<3, 64, 4, 2, 1>, LeakyReLU<0.2f>, Conv<64, 128, 4, 2, 1>, BN<128>, LeakyReLU<0.2f>,
               Conv<128, 256, 4, 2, 1>, BN<256>, LeakyReLU<0.2f>, Conv<256, 512, 4, 2, 1>, BN<512>, LeakyReLU<0.2f>,
               Conv<512, 1, 4, 1, 0>, Sigmoid>;
using LargeDcgan = GAN<LargeGenerator, LargeDiscriminator>;
static_assert(std::same_as<OutputShape<LargeGenerator, Noise>, Shape<3, 64, 64>>);
static_assert(std::same_as<OutputShape<LargeDiscriminator, Shape<3, 64, 64>>, Shape<1, 1, 1>>);
static_assert(parameter_count<LargeGenerator> == 3'576'704 && parameter_count<LargeDiscriminator> == 2'765'568);

/// Radford et al., "Unsupervised representation learning with deep convolutional generative adversarial networks"
/// (ICLR 2016), with Adam's own beta1.
struct PlainRecipe {
    using Net = Dcgan;
    static constexpr bool is_framed = false, has_penalty = false;
    static constexpr float undecided = 1.386f;  // the loss of a discriminator that tells nothing: 2 ln 2
    static constexpr int columns = 8;           // of a grid

    template <class Options>
    static Options options(const DcganSettings& settings, long) {
        const Adam adam{.learning_rate = settings.flags.learning_rate, .beta1 = settings.beta1};
        return {.generator = adam, .discriminator = adam};
    }
};

/// The same for 64 x 64 pixels.
struct LargeRecipe : PlainRecipe {
    using Net = LargeDcgan;
};

/// The images of --data as a recipe's networks take them: resized, or in a frame of black.
template <class Recipe>
FramedImages images_of(const Flags& flags) {
    constexpr int size = Recipe::Net::Image::dims.height();
    if constexpr (Recipe::is_framed)
        return load_framed(flags, Split::train, size, size);
    else
        return {load_images(flags, Split::train, size, size), size, size, 3};
}

/// Trains, and writes images, samples and losses. The exit code.
template <class Recipe, class Device>
int train_gan(const DcganSettings& settings) {
    using Net = typename Recipe::Net;
    using Image = typename Net::Image;
    constexpr int scored_size = 32;
    const Flags& flags = settings.flags;
    FramedImages loaded = images_of<Recipe>(flags);
    const Dataset<Image> images(std::move(loaded.images), Range{-1, 1});
    Loader loader(images, {.batch = flags.batch, .seed = flags.seed});
    using Options = typename Trainer<Net, Device>::Options;
    Options options = Recipe::template options<Options>(settings, flags.epochs * loader.batches());
    options.average = flags.average;
    options.batch = flags.batch;
    options.seed = flags.seed;
    Trainer<Net, Device> trainer(options);
    std::printf("%s\n%s\n", summary<typename Net::Generator, Noise, Device>(flags.batch).c_str(),
                summary<typename Net::Discriminator, Image, Device>(flags.batch).c_str());

    const auto shown = [&](const ImageData& drawn) { return Recipe::is_framed ? loaded.without_frame(drawn) : drawn; };
    const auto draw = [&](const Tensor<Noise>& noise) { return shown(draw_result<Image>(trainer, noise)); };
    const Tensor<Noise> fixed_noise = normal<Noise>(64, Seed{flags.seed + 2});
    std::vector<int> first(static_cast<std::size_t>(std::min(64, images.size())));
    std::iota(first.begin(), first.end(), 0);
    Tensor<Image> real(static_cast<int>(first.size()));
    images.read(first, real.data());
    save_grid(shown(to_images(real, Range{-1, 1})), flags.out / "real.png");

    // The columns of a table that older checkpoints have, too: their names stay.
    std::vector<std::string> columns{"discriminator_loss", "generator_loss", "real_answer", "fake_answer"};
    if (Recipe::has_penalty) columns.emplace_back("penalty");
    Monitor monitor(flags, Recipe::is_framed && loaded.height == 28 ? 28 : scored_size, settings.score_seconds,
                    settings.score_samples);
    Training training(flags, trainer, loader, columns, {flags.epochs, loader.batches(), flags.batch, settings.seconds});
    WonWatch won(Recipe::undecided);
    std::vector<std::string> files{"real.png", "training.csv", "losses.png"};
    float of_discriminator = Recipe::undecided;
    while (training.goes_on()) {
        char text[96];
        training.step([&](const GanLosses& losses) {
            const auto [of_d, of_g, on_real, on_fake] = losses;
            of_discriminator = of_d;
            std::snprintf(text, sizeof text, "D %.3f  G %.3f  D(x) %.2f  D(G(z)) %.2f", of_d, of_g, on_real, on_fake);
            if constexpr (Recipe::has_penalty)
                training.note({of_d, of_g, on_real, on_fake, losses.penalty}, text);
            else
                training.note({of_d, of_g, on_real, on_fake}, text);
        });
        if (won.note(of_discriminator)) training.say(WonWatch::words);
        if (monitor.is_due(training.seconds())) {
            ImageData samples = draw(normal<Noise>(monitor.samples(), Seed{flags.seed + 4}));
            if (Image::dims.height() > scored_size) samples = resize(std::move(samples), scored_size, scored_size);
            training.say(monitor.look(samples, training.seconds()));
        }
        if (training.epoch_ended() || training.out_of_time()) {
            std::snprintf(text, sizeof text, "samples_epoch_%03ld.png", training.epoch());
            files.push_back(text);
            save_grid(draw(fixed_noise), flags.out / files.back(), Recipe::columns);
        }
    }
    if (!training.finish()) return training.exit_code();

    training.draw_losses({"discriminator", "generator"}, "DCGAN on " + flags.data, "loss", 25);
    if (flags.samples > 0) {
        const ImageData samples = draw(normal<Noise>(flags.samples, Seed{flags.seed + 3}));
        save_samples(samples, flags);
        if (!settings.labels_file.empty()) save_labels(samples.labels, settings.labels_file);
    }
    std::printf("%ld steps, %.1f s; written:\n", training.history().rows(), training.seconds());
    name_files(flags.out, files);
    return 0;
}

}  // namespace example
