// The DCGAN's first steps against PyTorch, on any device.
#pragma once

#include <numbers>

#include "genotype/genotype.hpp"
#include "support/golden_training.hpp"

namespace golden {

using Generator = genotype::Sequential<                                     //
    genotype::ConvT<100, 256, 4, 1, 0>, genotype::BN<256>, genotype::ReLU,  //
    genotype::ConvT<256, 128, 4, 2, 1>, genotype::BN<128>, genotype::ReLU,  //
    genotype::ConvT<128, 64, 4, 2, 1>, genotype::BN<64>, genotype::ReLU,    //
    genotype::ConvT<64, 3, 4, 2, 1>, genotype::Tanh>;
using Discriminator = genotype::Sequential<                                           //
    genotype::Conv<3, 64, 4, 2, 1>, genotype::LeakyReLU<0.2f>,                        //
    genotype::Conv<64, 128, 4, 2, 1>, genotype::BN<128>, genotype::LeakyReLU<0.2f>,   //
    genotype::Conv<128, 256, 4, 2, 1>, genotype::BN<256>, genotype::LeakyReLU<0.2f>,  //
    genotype::Conv<256, 1, 4, 1, 0>, genotype::Sigmoid>;

/// All steps of a file; the gradients of step 1 within `tolerance` of their norms, the losses of every step within
/// 1e-3, the running statistics after the last.
template <class Device>
void check_dcgan(const std::string& name, double tolerance) {
    using namespace genotype;
    const File file(name);
    const int batch = static_cast<int>(file["batch"].scalar());
    const auto seed = static_cast<std::uint64_t>(file["seed"].scalar());
    Trainer<GAN<Generator, Discriminator>, Device> trainer({.batch = batch});
    auto& generator = trainer.generator();
    auto& discriminator = trainer.discriminator();
    fill<Discriminator>(discriminator.parameters.data(), fill<Generator>(generator.parameters.data(), 0));
    generator.prepare();
    discriminator.prepare();

    const Values& losses = file["losses"];
    for (int step = 0; step < losses.dims[0]; ++step) {
        INFO("step " << step + 1);
        const auto stream = static_cast<std::uint64_t>(2 * step);
        const auto real = data<Shape<3, 32, 32>>(batch, seed, stream, 1);
        const auto noise = data<Shape<100, 1, 1>>(batch, seed, stream + 1, std::numbers::sqrt3);
        const GanLosses found = trainer.step(real, noise);
        CHECK(std::abs(found.discriminator - losses.row(step)[0]) <= 1e-3);
        CHECK(std::abs(found.generator - losses.row(step)[1]) <= 1e-3);
        if (step > 0) continue;
        check_gradients<Discriminator>(file, "discriminator", trainer.discriminator_gradients().data(), tolerance);
        check_gradients<Generator>(file, "generator", trainer.generator_gradients().data(), tolerance);
    }
    check_buffers<Generator>(file, "generator", generator.buffers.data(), 1e-3);
    check_buffers<Discriminator>(file, "discriminator", discriminator.buffers.data(), 1e-3);
}

}  // namespace golden
