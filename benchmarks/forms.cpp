// What Winograd's form does to a training: a DCGAN learns from the same images twice, step by step, once with the
// forms that the processor takes and once with every convolution in the direct form, from the same initial values.
// usage: forms [EPOCHS [SEED [FOLDER]]]      5 epochs of Fashion-MNIST, seed 0, into out/forms
// Prints both losses of each epoch side by side; writes every step's to losses.csv and losses.png, and what both
// generators draw from the same noise to samples_fast.png and samples_exact.png.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <genotype/data.hpp>
#include <genotype/genotype.hpp>
#include <genotype/io.hpp>

using namespace genotype;

namespace {

using Generator = Sequential<ConvT<100, 256, 4, 1, 0>, BN<256>, ReLU, ConvT<256, 128, 4, 2, 1>, BN<128>, ReLU,
                             ConvT<128, 64, 4, 2, 1>, BN<64>, ReLU, ConvT<64, 3, 4, 2, 1>, Tanh>;
using Discriminator =
    Sequential<Conv<3, 64, 4, 2, 1>, LeakyReLU<0.2f>, Conv<64, 128, 4, 2, 1>, BN<128>, LeakyReLU<0.2f>,
               Conv<128, 256, 4, 2, 1>, BN<256>, LeakyReLU<0.2f>, Conv<256, 1, 4, 1, 0>, Sigmoid>;
using Dcgan = GAN<Generator, Discriminator>;
using Image = Dcgan::Image;
using Noise = Dcgan::Noise;

constexpr int batch = 64;

/// One of the two trainings, with the sums of an epoch and the losses of all steps.
template <class Device>
struct Run {
    Trainer<Dcgan, Device> trainer;
    Series discriminator, generator;
    GanLosses sums{};
    double seconds = 0;

    Run(std::uint64_t seed, const std::string& name)
        : trainer({.generator = {.learning_rate = 2e-4f, .beta1 = 0.5f},
                   .discriminator = {.learning_rate = 2e-4f, .beta1 = 0.5f},
                   .batch = batch,
                   .seed = seed}),
          discriminator{"D, " + name, {}, {}},
          generator{"G, " + name, {}, {}} {}

    GanLosses step(View<Image> images) {
        const auto start = std::chrono::steady_clock::now();
        const GanLosses losses = trainer.step(images);
        seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        sums.discriminator += losses.discriminator;
        sums.generator += losses.generator;
        sums.real_output += losses.real_output;
        sums.fake_output += losses.fake_output;
        for (Series* series : {&discriminator, &generator})
            series->x.push_back(static_cast<double>(series->x.size() + 1));
        discriminator.y.push_back(losses.discriminator);
        generator.y.push_back(losses.generator);
        return losses;
    }

    /// The epoch's means, as four columns; begins the next.
    void print(int steps) {
        const auto mean = [&](float sum) { return static_cast<double>(sum) / steps; };
        std::printf("  %7.3f %7.3f %6.2f %8.2f %8.1f", mean(sums.discriminator), mean(sums.generator),
                    mean(sums.real_output), mean(sums.fake_output), 1e3 * seconds / steps);
        sums = {};
        seconds = 0;
    }

    void draw(const Tensor<Noise>& noise, const std::filesystem::path& file) {
        save_png(grid(trainer.generator()(noise), Range{-1, 1}), file);
    }
};

int compare(int epochs, std::uint64_t seed, const std::filesystem::path& out) {
    std::filesystem::create_directories(out);
    const Dataset<Image> images(load_images("fashion-mnist", Split::train, ImageSize{32, 32}), Range{-1, 1});
    Loader loader(images, {.batch = batch, .seed = seed});
    std::printf("%s\n%s\n", summary<Generator, Noise>(batch).c_str(), summary<Discriminator, Image>(batch).c_str());

    Run<Cpu> fast(seed, "fast");
    Run<DirectConvolution<Cpu>> exact(seed, "exact");
    CsvFile table(out / "losses.csv",
                  {"step", "discriminator_fast", "discriminator_exact", "generator_fast", "generator_exact"});
    constexpr const char* columns = "      D       G   D(x)  D(G(z))  ms/step";
    std::printf("       %40s  %40s\nepoch  %s  %s\n", "fast forms", "direct form alone", columns, columns);
    long step = 0;
    for (int epoch = 1; epoch <= epochs; ++epoch) {
        for (const auto& real : loader) {
            const GanLosses a = fast.step(real), b = exact.step(real);
            table.row({static_cast<double>(++step), a.discriminator, b.discriminator, a.generator, b.generator});
        }
        std::printf("%5d", epoch);
        fast.print(loader.batches());
        exact.print(loader.batches());
        std::puts("");
        std::fflush(stdout);
    }
    const Tensor<Noise> noise = normal<Noise>(64, Seed{seed + 2});
    fast.draw(noise, out / "samples_fast.png");
    exact.draw(noise, out / "samples_exact.png");
    save_png(line_chart(std::vector{fast.discriminator, exact.discriminator, fast.generator, exact.generator},
                        {.title = "DCGAN in both forms", .x_label = "step", .y_label = "loss", .smooth = 50}),
             out / "losses.png");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return compare(argc > 1 ? std::atoi(argv[1]) : 5, argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0,
                       argc > 3 ? argv[3] : "out/forms");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}
