// One step of a GAN with the relativistic loss and R1 and R2, for weights and batches that PyTorch chose.
// usage: interop_r3gan FOLDER (in its folders smooth and straight, of discriminators whose penalties take the general
// form and the short one, reads generator and discriminator.safetensors, real and noise.npy; writes the gradients,
// generator_gradients and discriminator_gradients.safetensors, and losses.npy: discriminator, generator, penalty)
#include <algorithm>
#include <filesystem>

#include "genotype/tangents.hpp"
#include "interop/modules.hpp"

namespace {

using namespace genotype;

using Image = Shape<2, 8, 8>;
using G = Sequential<Conv<2, 4, 3, 1, 1, Bias>, SiLU, Conv<4, 2, 3, 1, 1, Bias>>;
using Smooth = Sequential<Conv<2, 8, 4, 2, 1, Bias>, GroupNorm<2, 8>, SiLU, Conv<8, 8, 3, 1, 1, Bias>, LeakyReLU<0.2f>,
                          Flatten, Linear<128, 1>>;
using Straight = Sequential<Conv<2, 32, 3, 1, 1, Bias>, LeakyReLU<0.2f>, Conv<32, 64, 4, 2, 1, Bias>, ReLU,
                            Conv<64, 8, 3, 1, 1>, LeakyReLU<0.2f>, Flatten, Linear<128, 1>>;

template <class D>
void step(const std::filesystem::path& folder) {
    const auto real = load_npy<Image>(folder / "real.npy"), noise = load_npy<Image>(folder / "noise.npy");
    // At a rate of 0 the generator learns through the discriminator that PyTorch has.
    Trainer<Adversarial<G, D, WithPenalty<Relativistic>, Image>, Cpu, SGD> trainer(
        {.generator = {.learning_rate = 0},
         .discriminator = {.learning_rate = 0},
         .batch = real.batch(),
         .penalty = {.real = 2, .fake = 3}});
    load(trainer.generator(), folder / "generator.safetensors");
    load(trainer.discriminator(), folder / "discriminator.safetensors");
    const GanLosses losses = trainer.step(real, noise);
    const auto write = [&](auto holder, const auto& gradients, const char* name) {
        std::copy_n(gradients.data(), gradients.size(), holder.parameters.data());
        save(holder, folder / name);
    };
    write(Model<G>(), trainer.generator_gradients(), "generator_gradients.safetensors");
    write(Model<D>(), trainer.discriminator_gradients(), "discriminator_gradients.safetensors");
    Tensor<Shape<3>> three(1);
    three.data()[0] = losses.discriminator;
    three.data()[1] = losses.generator;
    three.data()[2] = losses.penalty;
    save_npy(three, folder / "losses.npy");
}

}  // namespace

int main(int count, char** arguments) {
    return interop::run_table(count, arguments, [](const std::filesystem::path& folder) {
        step<Smooth>(folder / "smooth");
        step<Straight>(folder / "straight");
    });
}
