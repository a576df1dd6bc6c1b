// Steps of training, of a VAE, a DCGAN, a GAN with gradient penalties or a GPT-2, with all that is around them: initial
// values, batches, files. With the stand-in for CUDA's library (stand_in.cpp) it needs no GPU; nothing is computed
// then.
//
// usage: recorded_training vae|dcgan|penalties|gpt2|dropout FOLDER
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/genotype.hpp"
#include "genotype/io.hpp"
#include "genotype/kernels/cuda/cuda.hpp"
#include "genotype/kernels/thrust.hpp"
#include "genotype/tangents.hpp"
#include "support/dcgan.hpp"

using namespace genotype;

namespace {

template <class Trainer, class Batch>
void train(Trainer& trainer, const Batch& batch, const std::filesystem::path& folder) {
    using Report = decltype(trainer.step(batch));
    std::optional<Report> before;
    for (int step = 0; step < 6; ++step) {
        std::printf("step %d\n", step);
        const Report report = trainer.step(batch);
        if (before) static_cast<void>(before->get());  // the losses of the step before, while this one runs
        before = report;
    }
    std::puts("losses");
    static_cast<void>(before->get());
    trainer.save(folder / "training.checkpoint");
    trainer.resume(folder / "training.checkpoint");
    std::puts("trained, saved and resumed");
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 3) return 2;
    if (arguments[1] == std::string_view("vae")) {
        Trainer<VAE<784, 256, 20>, Cuda> trainer({.batch = 64});
        train(trainer, Tensor<Shape<784>>(64), arguments[2]);
    } else if (arguments[1] == std::string_view("dcgan")) {
        Trainer<GAN<dcgan::Generator, dcgan::Discriminator>, Cuda> trainer({.batch = 64});
        train(trainer, Tensor<Shape<3, 32, 32>>(64), arguments[2]);
    } else if (arguments[1] == std::string_view("penalties")) {
        using Critic = Sequential<Conv<1, 6, 4, 2, 1, Bias>, LeakyReLU<0.2f>, Flatten, Linear<96, 1>>;
        using Drawer = Sequential<Linear<4, 64>, Reshape<1, 8, 8>>;
        Trainer<GAN<Drawer, Critic, WithPenalty<Relativistic>>, Cuda> trainer(
            {.batch = 4, .penalty = {.real = 1, .fake = 1, .between = 1}});
        train(trainer, Tensor<Shape<1, 8, 8>>(4), arguments[2]);
    } else if (arguments[1] == std::string_view("dropout")) {
        using Net = LanguageModel<Embedding<65, 32>, Sequential<Linear<32, 32>, Dropout<0.1f>>>;
        Trainer<Net, Cuda, AdamW> trainer({.average = 0.9f, .batch = 2, .context = 8});
        train(trainer, std::vector<int>(2 * 9, 7), arguments[2]);
    } else {
        constexpr GPT2Config small{
            .vocabulary = 65, .context = 64, .width = 128, .layers = 4, .heads = 4, .bias = false};
        Trainer<GPT2<small>, Cuda, AdamW> trainer({.clip_norm = 1, .batch = 12, .context = 64});
        train(trainer, std::vector<int>(12 * 65, 7), arguments[2]);
    }
    return 0;
} catch (const Error& error) {
    std::puts(error.what());
    return 1;
}
