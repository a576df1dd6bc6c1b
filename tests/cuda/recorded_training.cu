// Steps of training, of a VAE or a DCGAN, with all that is around them: first values, batches, files. With the stand-in
// for CUDA's library (stand_in.cpp) it needs no GPU; nothing is computed then.
// usage: recorded_training vae|dcgan FOLDER
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "genotype/checkpoint.hpp"
#include "genotype/genotype.hpp"
#include "genotype/io.hpp"
#include "genotype/kernels/thrust.hpp"
#include "genotype/kernels/thrust/cuda.hpp"
#include "support/dcgan.hpp"

using namespace genotype;

namespace {

template <class Net, ShapeType Picture>
void train(const std::filesystem::path& folder) {
    Trainer<Net, Cuda> trainer({.batch = 64});
    const Tensor<Picture> pictures(64);
    for (int step = 0; step < 4; ++step) {
        std::printf("step %d\n", step);
        trainer.step(pictures);
    }
    trainer.save(folder / "training.checkpoint");
    trainer.resume(folder / "training.checkpoint");
    std::puts("trained, saved and resumed");
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 3) return 2;
    if (arguments[1] == std::string_view("vae"))
        train<VAE<784, 256, 20>, Shape<784>>(arguments[2]);
    else
        train<GAN<dcgan::Generator, dcgan::Discriminator>, Shape<3, 32, 32>>(arguments[2]);
} catch (const Error& error) {
    std::puts(error.what());
    return 1;
}
