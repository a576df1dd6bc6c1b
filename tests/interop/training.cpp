// Goes on with a training that PyTorch has begun, on the images and the noise that belong to its next steps.
// usage: interop_training vae|dcgan FOLDER STEPS (reads begun.safetensors, writes losses.npy and gone_on.safetensors)
#include <array>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/genotype.hpp"
#include "genotype/io/npy.hpp"
#include "support/dcgan.hpp"

using namespace genotype;

namespace {

constexpr int batch = 16;
constexpr float gan_rate = 1e-5f;  // see training.py

std::array<float, 2> numbers(const VaeLosses& losses) {
    return {losses.reconstruction, losses.kl};
}
std::array<float, 4> numbers(const GanLosses& losses) {
    return {losses.discriminator, losses.generator, losses.real_output, losses.fake_output};
}

template <ShapeType Image, ShapeType Noise, class Net>
void go_on(Trainer<Net> trainer, const std::filesystem::path& folder, int steps) {
    load(trainer, folder / "begun.safetensors");
    const Tensor<Image> images = load_npy<Image>(folder / "images.npy");
    const Tensor<Noise> noise = load_npy<Noise>(folder / "noise.npy");
    std::vector<float> all;
    for (int step = 0; step < steps; ++step) {
        const int first = static_cast<int>(trainer.steps()) * batch;
        if (first + batch > images.batch()) fail("training", "step", std::to_string(trainer.steps()), "fewer steps");
        for (const float loss :
             numbers(trainer.step(images.view().slice(first, batch), noise.view().slice(first, batch))))
            all.push_back(loss);
    }
    if (steps > 0) {
        const auto rows = static_cast<std::size_t>(steps);
        save_npy(all, {rows, all.size() / rows}, folder / "losses.npy");
    }
    trainer.save(folder / "gone_on.safetensors");
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::fprintf(stderr, "usage: %s vae|dcgan FOLDER STEPS\n", arguments[0]);
        return 2;
    }
    try {
        const int steps = std::stoi(arguments[3]);
        if (std::string(arguments[1]) == "vae")
            go_on<Shape<784>, Shape<20>>(Trainer<VAE<784, 256, 20>>({.batch = batch}), arguments[2], steps);
        else
            go_on<Shape<3, 32, 32>, Shape<100, 1, 1>>(
                Trainer<GAN<dcgan::Generator, dcgan::Discriminator>>({.generator = {.learning_rate = gan_rate},
                                                                      .discriminator = {.learning_rate = gan_rate},
                                                                      .batch = batch}),
                arguments[2], steps);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "FAULT %s\n", error.what());
        return 1;
    }
    return 0;
}
