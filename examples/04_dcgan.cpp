// A DCGAN: a generator learns to draw what a discriminator takes for real (Radford, Metz and Chintala, 2016).
//     g++ -std=c++20 -O2 -march=native -fopenmp -I include examples/04_dcgan.cpp -lpng -lz
//     build/examples/04_dcgan [STEPS] [DATA]     DATA: fashion-mnist, cifar10, or a folder of PNG files
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <genotype/data.hpp>
#include <genotype/genotype.hpp>
#include <genotype/io.hpp>
#include <string>

using namespace genotype;

// From 100 numbers of noise to 32 x 32 pixels, 4 times as many with each transposed convolution.
using Generator = Sequential<
    ConvT<100, 128, 4, 1, 0>, BN<128>, ReLU,
    ConvT<128, 64, 4, 2, 1>, BN<64>, ReLU,
    ConvT<64, 32, 4, 2, 1>, BN<32>, ReLU,
    ConvT<32, 1, 4, 2, 1>, Tanh>;
using Discriminator = Sequential<
    Conv<1, 32, 4, 2, 1>, LeakyReLU<0.2f>,
    Conv<32, 64, 4, 2, 1>, BN<64>, LeakyReLU<0.2f>,
    Conv<64, 128, 4, 2, 1>, BN<128>, LeakyReLU<0.2f>,
    Conv<128, 1, 4, 1, 0>>;  // without a Sigmoid, which the loss below has in it
using Dcgan = GAN<Generator, Discriminator, BCEWithLogits>;
using Noise = Shape<100, 1, 1>;
using Image = Shape<1, 32, 32>;
static_assert(std::same_as<OutputShape<Generator, Noise>, Image>);
constexpr Range black_to_white{-1, 1};  // as Tanh gives it

int main(int argc, char** argv) try {
    const long steps = argc > 1 ? std::atol(argv[1]) : 1500;
    const std::string data = argc > 2 ? argv[2] : "fashion-mnist";
    if (steps < 1 || (argc > 1 && std::to_string(steps) != argv[1])) {
        std::puts("usage: 04_dcgan [STEPS] [DATA]     (1500 steps of fashion-mnist)");
        return argc > 1 && std::string(argv[1]) == "--help" ? 0 : 2;
    }
    const std::filesystem::path out = "out/04_dcgan";
    std::filesystem::create_directories(out);

    const Dataset<Image> images(to_grey(load_images(data, Split::train, ImageSize{32, 32})), black_to_white);
    Loader loader(images, {.batch = 64, .seed = 0});
    const Adam adam{.learning_rate = 2e-4f, .beta1 = 0.5f};  // the paper's
    Trainer<Dcgan> trainer({.generator = adam, .discriminator = adam, .average = 0.98f, .batch = 64, .seed = 0});

    // The same noise each time, so that one sees a garment grow. The average of the weights draws steadier images.
    const Tensor<Noise> noise = normal<Noise>(64, Seed{2});
    const auto draw = [&](const std::string& name) {
        const Tensor<Image> drawn = trainer.average_generator()(noise);
        save_png(grid(drawn, black_to_white), out / name);
    };
    Series discriminator{"discriminator", {}, {}}, generator{"generator", {}, {}};
    while (trainer.steps() < steps) {
        const GanLosses losses = trainer.step(loader.next());
        const double step = static_cast<double>(trainer.steps());
        discriminator.x.push_back(step), discriminator.y.push_back(static_cast<double>(losses.discriminator));
        generator.x.push_back(step), generator.y.push_back(static_cast<double>(losses.generator));
        if (trainer.steps() % 100 != 0 && trainer.steps() != steps) continue;
        std::printf("step %.0f: discriminator %.3f, generator %.3f\n", step, discriminator.y.back(),
                    generator.y.back());
        draw("samples.png");
    }
    const Series losses[]{discriminator, generator};
    save_png(line_chart(losses, {.title = "DCGAN", .x_label = "step", .y_label = "loss", .smooth = 25}),
             out / "losses.png");
    std::printf("written: %s/samples.png and losses.png\n", out.c_str());
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}
