// A variational autoencoder: learns images, draws new ones, and walks from one to another.
//     g++ -std=c++20 -O2 -march=native -fopenmp -I include examples/03_vae.cpp -lpng -lz
//     build/examples/03_vae [STEPS] [DATA]     DATA: fashion-mnist, mnist, or a folder of PNG files
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <genotype/data.hpp>
#include <genotype/genotype.hpp>
#include <genotype/io.hpp>
#include <string>

using namespace genotype;

constexpr int latent = 20;
// Two hidden layers of 256 on either side. The encoder gives a mean and the logarithm of a variance for each latent.
using ImageVae = VariationalAutoencoder<
    Sequential<Linear<784, 256>, ReLU, Linear<256, 256>, ReLU, Linear<256, 2 * latent>>,
    Sequential<Linear<latent, 256>, ReLU, Linear<256, 256>, ReLU, Linear<256, 784>, Sigmoid>, BCE>;
using Values = Shape<784>;
using Image = Shape<1, 28, 28>;  // how the 784 values are drawn
using Latent = Shape<latent>;
constexpr Range black_to_white{0, 1};

int main(int argc, char** argv) try {
    const long steps = argc > 1 ? std::atol(argv[1]) : 6000;
    const std::string data = argc > 2 ? argv[2] : "fashion-mnist";
    if (steps < 1 || (argc > 1 && std::to_string(steps) != argv[1])) {
        std::puts("usage: 03_vae [STEPS] [DATA]     (6000 steps of fashion-mnist)");
        return argc > 1 && std::string(argv[1]) == "--help" ? 0 : 2;
    }
    const std::filesystem::path out = "out/03_vae";
    std::filesystem::create_directories(out);

    const Dataset<Values> images(to_grey(load_images(data, Split::train, ImageSize{28, 28})), black_to_white);
    Loader loader(images, {.batch = 64, .seed = 0});
    Trainer<ImageVae> trainer({.optimizer = Adam{.learning_rate = 1e-3f}, .batch = 64, .seed = 0});
    while (trainer.steps() < steps) {
        const VaeLosses losses = trainer.step(loader.next());
        if (trainer.steps() % 500 == 0 || trainer.steps() == steps)
            std::printf("step %ld: reconstruction %.1f, KL %.1f\n", trainer.steps(), losses.reconstruction, losses.kl);
    }

    const Model<ImageVae>& model = trainer.model();
    Workspace<ImageVae::Encoder, Values> encoder(64);
    Workspace<ImageVae::Decoder, Latent> decoder(64);
    const auto draw = [&](View<Latent> z) { return to_images<Image>(decode(model, z, decoder), black_to_white); };

    // Sixteen images, and below them what the model makes of their latents.
    Loader in_order(images, LoaderOptions::evaluation(16));
    const auto batch = in_order.next();
    const View<Shape<2 * latent>> moments = encode(model, batch, encoder);
    Tensor<Latent> means(16);
    for (int n = 0; n < 16; ++n)
        for (int i = 0; i < latent; ++i) means(n, i) = moments(n, i);
    save_png(grid(join(to_images<Image>(batch, black_to_white), draw(means)), 16), out / "reconstructions.png");

    // New images, from noise alone.
    save_png(grid(draw(normal<Latent>(64, Seed{1}))), out / "samples.png");

    // Five walks of ten steps, each from one image to the next through the latents.
    Tensor<Latent> walks(50);
    for (int n = 0; n < 50; ++n)
        for (int i = 0; i < latent; ++i) {
            const float way = static_cast<float>(n % 10) / 9;
            walks(n, i) = (1 - way) * means(n / 10, i) + way * means(n / 10 + 1, i);
        }
    save_png(grid(draw(walks), 10), out / "interpolation.png");

    save(model, out / "vae.safetensors");
    std::printf("written: %s/{reconstructions,samples,interpolation}.png and vae.safetensors\n", out.c_str());
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}
