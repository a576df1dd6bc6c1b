// The models that race, at any width, and how much memory their types plan.
#pragma once

#include <genotype/genotype.hpp>

#include "serve.hpp"

namespace race {

using namespace genotype;

template <int W>
using Generator = Sequential<ConvT<100, 4 * W, 4, 1, 0>, BN<4 * W>, ReLU, ConvT<4 * W, 2 * W, 4, 2, 1>, BN<2 * W>, ReLU,
                             ConvT<2 * W, W, 4, 2, 1>, BN<W>, ReLU, ConvT<W, 3, 4, 2, 1>, Tanh>;
template <int W>
using Discriminator =
    Sequential<Conv<3, W, 4, 2, 1>, LeakyReLU<0.2f>, Conv<W, 2 * W, 4, 2, 1>, BN<2 * W>, LeakyReLU<0.2f>,
               Conv<2 * W, 4 * W, 4, 2, 1>, BN<4 * W>, LeakyReLU<0.2f>, Conv<4 * W, 1, 4, 1, 0>, Sigmoid>;
template <int W>
using Dcgan = GAN<Generator<W>, Discriminator<W>>;

// Those of PyTorch's examples/dcgan, for 64 x 64 pixels.
using LargeGenerator = Sequential<ConvT<100, 512, 4, 1, 0>, BN<512>, ReLU, ConvT<512, 256, 4, 2, 1>, BN<256>, ReLU,
                                  ConvT<256, 128, 4, 2, 1>, BN<128>, ReLU, ConvT<128, 64, 4, 2, 1>, BN<64>, ReLU,
                                  ConvT<64, 3, 4, 2, 1>, Tanh>;
using LargeDiscriminator =
    Sequential<Conv<3, 64, 4, 2, 1>, LeakyReLU<0.2f>, Conv<64, 128, 4, 2, 1>, BN<128>, LeakyReLU<0.2f>,
               Conv<128, 256, 4, 2, 1>, BN<256>, LeakyReLU<0.2f>, Conv<256, 512, 4, 2, 1>, BN<512>, LeakyReLU<0.2f>,
               Conv<512, 1, 4, 1, 0>, Sigmoid>;
using LargeDcgan = GAN<LargeGenerator, LargeDiscriminator>;

template <int Hidden>
using ImageVae = VAE<784, Hidden, 20>;

/// The same images as the other side's, by formula: value i of the batch, from `low` to 1.
template <class S>
Tensor<S> image_batch(int batch, float low) {
    Tensor<S> values(batch);
    for (long i = 0; i < values.size(); ++i) {
        const auto bits = static_cast<unsigned>(i) * 2654435761u >> 16;
        values.data()[i] = low + (1 - low) * static_cast<float>(bits) / 65535;
    }
    return values;
}

/// Parameters, gradients, Adam's two states, packed forms, buffers.
template <class Net>
constexpr long trained =
    4 * parameter_floats<Net>() + packed_bytes<Net, Cpu>() / long{sizeof(float)} + buffer_floats<Net>();

template <class Net>
long dcgan_floats(long batch) {
    using G = typename Net::Generator;
    using D = typename Net::Discriminator;
    using Noise = typename Net::Noise;
    using Image = typename Net::Image;
    return trained<G> + trained<D> + Workspace<G, Noise, genotype::Training>::floats(batch) +
           Workspace<D, Image, genotype::Training>::floats(batch) + batch * (Noise::count + 2 * Image::count + 1);
}

template <int Hidden>
long vae_floats(long batch) {
    using E = typename ImageVae<Hidden>::Encoder;
    using D = typename ImageVae<Hidden>::Decoder;
    return trained<E> + trained<D> + Workspace<E, Shape<784>, genotype::Training>::floats(batch) +
           Workspace<D, Shape<20>, genotype::Training>::floats(batch) + batch * (5 * 20 + 2 * 784);
}

template <class Net>
long inference_floats(long batch) {
    using In = InputShape<Net>;
    return parameter_floats<Net>() + packed_bytes<Net, Cpu>() / long{sizeof(float)} + buffer_floats<Net>() +
           Workspace<Net, In>::floats(batch) + batch * In::count;
}

template <class Net>
int train_dcgan(const Setting& setting) {
    const auto real = image_batch<typename Net::Image>(setting.batch, -1);
    Trainer<Net> trainer({.batch = setting.batch, .seed = setting.seed});
    return serve(dcgan_floats<Net>(setting.batch), [&] { trainer.step(real); });
}

template <int Hidden>
int train_vae(const Setting& setting) {
    const auto images = image_batch<Shape<784>>(setting.batch, 0);
    Trainer<ImageVae<Hidden>> trainer(
        {.reconstruction = Reconstruction::mean_per_value, .batch = setting.batch, .seed = setting.seed});
    return serve(vae_floats<Hidden>(setting.batch), [&] { trainer.step(images); });
}

template <class Net>
int infer(const Setting& setting) {
    using In = InputShape<Net>;
    const auto noise = normal<In>(setting.batch, Seed{setting.seed});
    const Model<Net> model(Seed{setting.seed});
    Workspace<Net, In> workspace(setting.batch);
    return serve(inference_floats<Net>(setting.batch), [&] { model(noise, workspace); });
}

// Each file of models is compiled apart.
int dcgan(const Setting&);
int dcgan_half(const Setting&);
int dcgan_double(const Setting&);
int dcgan64(const Setting&);
int vae(const Setting&);
int vae_half(const Setting&);
int vae_double(const Setting&);
int flow(const Setting&);
int generator(const Setting&);
int decoder(const Setting&);
int profile_dcgan(const Setting&);
int profile_vae(const Setting&);
int profile_flow(const Setting&);

}  // namespace race
