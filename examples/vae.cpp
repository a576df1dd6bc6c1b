// A variational autoencoder on 28 x 28 grey pictures: reduces 784 values to 20 latents, and draws new pictures of them.
//     build/examples/vae --data fashion-mnist
#include <algorithm>
#include <cstdio>
#include <genotype/data/dataset.hpp>
#include <genotype/data/float_pictures.hpp>
#include <genotype/data/grey.hpp>
#include <genotype/data/loader.hpp>
#include <genotype/genotype.hpp>

#include "pictures.hpp"
#include "training.hpp"

using namespace genotype;

// The encoder is Linear<784, 256>, ReLU, Linear<256, 256>, ReLU, Linear<256, 2 * 20>: the mean and the logarithm of the
// variance of each latent. The decoder goes back: Linear<20, 256>, ReLU, ..., Linear<256, 784>, Sigmoid.
using ImageVae = VAE<784, 256, 20>;

using Latent = Shape<20>;
using Moments = Shape<40>;
using Grey = Shape<1, 28, 28>;  // as the 784 values are drawn
constexpr Range zero_to_one{0, 1};

/// The means of the latents of all pictures.
Tensor<Latent> means(const Model<ImageVae>& model, const Dataset<Shape<784>>& pictures) {
    Workspace<ImageVae::Encoder, Shape<784>> workspace(500);
    Tensor<Latent> result(pictures.size());
    Loader loader(pictures, {.batch = 500, .shuffle = false, .drop_last = false});
    float* to = result.data();
    for (const auto& batch : loader) {
        const View<Moments> moments = encode(model, batch, workspace);
        for (int n = 0; n < moments.batch; ++n) to = std::copy_n(moments.data + n * Moments::count, Latent::count, to);
    }
    return result;
}

int main(int argc, char** argv) {
    example::Flags flags;
    flags.out = "out/vae";
    bool mean_per_value = false;
    float beta = 1;
    if (!flags.parse(argc, argv, "Trains a variational autoencoder (784, 256, 20) on 28 x 28 grey pictures.",
                     {{"--beta", "weight of the KL", &beta},
                      {.name = "--mean-per-value",
                       .help = "divide the squared error by 784, which lets the KL swallow the latents",
                       .is_on = &mean_per_value}}))
        return flags.exit_code;

    return example::run([&] {
        const Dataset<Shape<784>> pictures(to_grey(example::load_pictures(flags, Split::train, 28, 28)), zero_to_one);
        const Dataset<Shape<784>> tests(to_grey(example::load_pictures(flags, Split::test, 28, 28)), zero_to_one);
        Loader loader(pictures, {.batch = flags.batch, .seed = flags.seed});
        Trainer<ImageVae> trainer(
            {.optimizer = Adam{.learning_rate = flags.learning_rate},
             .beta = beta,
             .reconstruction = mean_per_value ? Reconstruction::mean_per_value : Reconstruction::summed,
             .batch = flags.batch,
             .seed = flags.seed});
        std::printf("%s\n", summary<ImageVae, Shape<784>>(flags.batch).c_str());

        example::Training training(flags, trainer, loader, {"reconstruction", "kl"},
                                   {flags.epochs, loader.batches(), flags.batch});
        while (training.goes_on()) {
            const VaeLosses losses = trainer.step(loader.next());
            char text[64];
            std::snprintf(text, sizeof text, "reconstruction %.3f  KL %.3f", losses.reconstruction, losses.kl);
            training.note({losses.reconstruction, losses.kl}, text);
            training.save_when_due();
        }
        if (!training.finish()) return example::interrupted;
        training.draw_losses({"reconstruction", "KL"}, "VAE on " + flags.data, "loss a picture", 50);

        VaeLosses test;
        Loader test_loader(tests, {.batch = flags.batch, .shuffle = false});
        for (const auto& batch : test_loader) {
            const VaeLosses losses = trainer.evaluate(batch);
            test.reconstruction += losses.reconstruction / static_cast<float>(test_loader.batches());
            test.kl += losses.kl / static_cast<float>(test_loader.batches());
        }
        std::printf("test pictures: reconstruction %.3f, KL %.3f, sum %.3f\n", test.reconstruction, test.kl,
                    test.total());

        const Model<ImageVae>& model = trainer.model();
        Workspace<ImageVae::Decoder, Latent> decoder(std::max(80, flags.samples));
        const auto draw = [&](View<Latent> z) { return to_pictures<Grey>(decode(model, z, decoder), zero_to_one); };
        const Tensor<Latent> latents = means(model, tests);
        const int shown = std::min(16, tests.size());
        example::save_grid(join(slice(tests.pictures(), 0, shown), draw(latents.view().slice(0, shown))),
                           flags.out / "reconstructions.png", shown);
        example::save_grid(draw(normal<Latent>(64, Seed{flags.seed + 1})), flags.out / "samples.png");

        Tensor<Latent> between(80);  // eight walks of ten steps, each from one test picture to the next
        for (int n = 0; n < 80; ++n)
            for (int i = 0; i < Latent::count; ++i) {
                const int from = n / 10 % tests.size(), to = (n / 10 + 1) % tests.size();
                const float way = static_cast<float>(n % 10) / 9;
                between(n, i) = (1 - way) * latents(from, i) + way * latents(to, i);
            }
        example::save_grid(draw(between), flags.out / "interpolation.png", 10);
        const auto count = static_cast<std::size_t>(tests.size() * Latent::count);
        example::draw_latents({latents.data(), count}, tests.pictures(), flags.out / "latents.png");
        if (flags.samples > 0) example::save_samples(draw(normal<Latent>(flags.samples, Seed{flags.seed + 2})), flags);
        std::printf("%ld steps, %.1f s; written:\n", training.history().rows(), training.seconds());
        example::name_files(flags.out, {"reconstructions.png", "samples.png", "interpolation.png", "latents.png",
                                        "training.csv", "losses.png"});
        return 0;
    });
}
