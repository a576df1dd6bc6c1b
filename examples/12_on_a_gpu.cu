// A training on an NVIDIA GPU: the same types, with another device. nvcc compiles this file.
//     build/examples/12_on_a_gpu [STEPS] [DATA]     DATA: fashion-mnist, mnist, or a folder of PNG files
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <genotype/cuda.hpp>
#include <genotype/data.hpp>
#include <genotype/genotype.hpp>
#include <genotype/io.hpp>
#include <optional>
#include <string>

using namespace genotype;

// The networks of 04_dcgan.cpp, twice as wide.
using Generator = Sequential<
    ConvT<100, 256, 4, 1, 0>, BN<256>, ReLU,
    ConvT<256, 128, 4, 2, 1>, BN<128>, ReLU,
    ConvT<128, 64, 4, 2, 1>, BN<64>, ReLU,
    ConvT<64, 1, 4, 2, 1>, Tanh>;
using Discriminator = Sequential<
    Conv<1, 64, 4, 2, 1>, LeakyReLU<0.2f>,
    Conv<64, 128, 4, 2, 1>, BN<128>, LeakyReLU<0.2f>,
    Conv<128, 256, 4, 2, 1>, BN<256>, LeakyReLU<0.2f>,
    Conv<256, 1, 4, 1, 0>>;
using Dcgan = GAN<Generator, Discriminator, BCEWithLogits>;
using Image = Shape<1, 32, 32>;
constexpr Range black_to_white{-1, 1};

int main(int argc, char** argv) try {
    const long steps = argc > 1 ? std::atol(argv[1]) : 5000;
    const std::string data = argc > 2 ? argv[2] : "fashion-mnist";
    if (steps < 1 || (argc > 1 && std::to_string(steps) != argv[1])) {
        std::puts("usage: 12_on_a_gpu [STEPS] [DATA]     (5000 steps of fashion-mnist)");
        return argc > 1 && std::string(argv[1]) == "--help" ? 0 : 2;
    }
    const std::filesystem::path out = "out/12_on_a_gpu";
    std::filesystem::create_directories(out);

    const Dataset<Image> images(to_grey(load_images(data, Split::train, ImageSize{32, 32})), black_to_white);
    Loader loader(images, {.batch = 64, .seed = 0});
    const Adam adam{.learning_rate = 2e-4f, .beta1 = 0.5f};

    // Cuda is the device; without the word it is Cpu. A machine without a GPU is an Error here.
    Trainer<Dcgan, Cuda> trainer({.generator = adam, .discriminator = adam, .batch = 64, .seed = 0});

    // The whole step is recorded once and then launched with one call, which returns before the GPU has made it. Losses
    // are read one step later, so that the GPU is not left without work.
    std::optional<Pending<GanLosses, Cuda>> before;
    while (trainer.steps() < steps) {
        const auto now = trainer.step(loader.next());
        if (before && trainer.steps() % 500 == 0) {
            const GanLosses losses = before->get();
            std::printf("step %ld: discriminator %.3f, generator %.3f\n", trainer.steps() - 1, losses.discriminator,
                        losses.generator);
        }
        before.emplace(now);
    }

    // Noise goes to the GPU, and images come back. Files are the same on every device.
    const Tensor<Image> drawn = trainer.generator()(normal<Shape<100, 1, 1>>(64, Seed{2}));
    save_png(grid(drawn, black_to_white), out / "samples.png");
    save(trainer.generator(), out / "generator.safetensors");
    std::printf("written: %s/samples.png and generator.safetensors\n", out.c_str());
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}
