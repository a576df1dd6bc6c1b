// A recipe of your own: what a step computes. Here a network learns to take noise away from images (Vincent et al.,
// "Extracting and composing robust features with denoising autoencoders", 2008).
//     g++ -std=c++20 -O2 -march=native -fopenmp -I include examples/06_recipe_of_your_own.cpp -lpng -lz
//     build/examples/06_recipe_of_your_own [STEPS] [DATA]     DATA: fashion-mnist, mnist, or a folder of PNG files
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <genotype/data.hpp>
#include <genotype/genotype.hpp>
#include <genotype/io.hpp>
#include <string>

using namespace genotype;

// image + strength * noise, value by value: a function for `compute` and `map`.
struct AddNoise {
    float strength;
    template <class V>
    constexpr V operator()(V noise, V image) const {
        return image + V(strength) * noise;
    }
};
constexpr AddNoise add_noise{0.5f};

// The step, and what has to be known beforehand. Trainer<Denoising<...>> has the rest: optimisers, clipping,
// schedules, averages, checkpoints to the bit, evaluate().
template <Layer Net, ShapeType Image>
struct Denoising {
    using Network = Net;
    using Sample = Image;
    struct Losses {
        float error;
    };
    static constexpr long draws = Sample::count;  // numbers from N(0, 1) for each sample

    template <class Step>
    static void step(Step& s) {
        const auto clean = s.batch();
        const auto noisy = s.compute(add_noise, s.template normal<Sample>(), clean);
        s.template learn<MSE>(&Losses::error, s.run(noisy), clean);
    }
};

using Image = Shape<1, 28, 28>;
using Net = Sequential<
    Conv<1, 32, 4, 2, 1, Bias>, SiLU, Conv<32, 64, 4, 2, 1, Bias>, SiLU,
    Residual<Conv<64, 64, 3, 1, 1, Bias>, SiLU>,
    ConvT<64, 32, 4, 2, 1, Bias>, SiLU, ConvT<32, 1, 4, 2, 1, Bias>>;
using Autoencoder = Denoising<Net, Image>;
constexpr Range black_to_white{-1, 1};

int main(int argc, char** argv) try {
    const long steps = argc > 1 ? std::atol(argv[1]) : 800;
    const std::string data = argc > 2 ? argv[2] : "fashion-mnist";
    if (steps < 1 || (argc > 1 && std::to_string(steps) != argv[1])) {
        std::puts("usage: 06_recipe_of_your_own [STEPS] [DATA]     (800 steps of fashion-mnist)");
        return argc > 1 && std::string(argv[1]) == "--help" ? 0 : 2;
    }
    const std::filesystem::path out = "out/06_recipe_of_your_own";
    std::filesystem::create_directories(out);

    const Dataset<Image> images(to_grey(load_images(data, Split::train, ImageSize{28, 28})), black_to_white);
    Loader loader(images, {.batch = 64, .seed = 0});
    Trainer<Autoencoder> trainer({.optimizer = Adam{.learning_rate = 1e-3f}, .clip_norm = 1, .batch = 64});
    while (trainer.steps() < steps) {
        const Autoencoder::Losses losses = trainer.step(loader.next());
        if (trainer.steps() % 100 == 0 || trainer.steps() == steps)
            std::printf("step %ld: mean squared error %.4f\n", trainer.steps(), losses.error);
    }

    // Images as they are, with noise, and without it again.
    Loader in_order(images, LoaderOptions::evaluation(16));
    const auto clean = in_order.next();
    Tensor<Image> noisy = normal<Image>(16, Seed{1});
    map(Cpu{}, noisy.size(), add_noise, noisy.data(), noisy.data(), clean.samples.data);
    const Tensor<Image> restored = trainer.model()(noisy);
    const ImageData above = join(to_images(clean, black_to_white), to_images(noisy, black_to_white));
    save_png(grid(join(above, to_images(restored, black_to_white)), 16), out / "denoised.png");
    std::printf("written: %s/denoised.png\n", out.c_str());
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}
