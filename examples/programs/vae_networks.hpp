// The networks of examples/programs/vae.cpp and reduce.cpp.
#pragma once

#include <algorithm>
#include <genotype/genotype.hpp>
#include <genotype/images/range.hpp>
#include <span>

namespace example {

using namespace genotype;

using Latent = Shape<20>;
using Grey = Shape<1, 28, 28>;
constexpr Range zero_to_one{0, 1};

// The encoder is Linear<784, 256>, ReLU, Linear<256, 256>, ReLU, Linear<256, 2 * 20>: the mean and the logarithm of the
// variance of each latent. The decoder goes back: Linear<20, 256>, ReLU, ..., Linear<256, 784>, Sigmoid.
using ImageVae = VAE<784, 256, 20>;

// The same of convolutions: 28 x 28 pixels become 14 x 14, then 7 x 7 of more channels, and go back.
using ConvEncoder = Sequential<Conv<1, 32, 4, 2, 1, Bias>, SiLU, Conv<32, 64, 4, 2, 1, Bias>, SiLU, Flatten,
                               Linear<64 * 7 * 7, 256>, SiLU, Linear<256, 2 * 20>>;
using ConvDecoder = Sequential<Linear<20, 256>, SiLU, Linear<256, 64 * 7 * 7>, SiLU, Reshape<64, 7, 7>,
                               ConvT<64, 32, 4, 2, 1, Bias>, SiLU, ConvT<32, 1, 4, 2, 1, Bias>, Sigmoid>;
using ConvVae = VariationalAutoencoder<ConvEncoder, ConvDecoder, MSE, Grey>;

// Conditional ones: encoder and decoder read an image's class beside the image or its latents.
constexpr int image_classes = 10;
struct image_class : Given<Class<image_classes>> {};
struct known_class : Name {};
using ReadClass = Let<known_class, Of<image_class>, Embedding<image_classes, 32>>;

using ConditionalVae = VariationalAutoencoder<Sequential<ReadClass, Concat<known_class, 32>, Linear<784 + 32, 256>,
                                                         ReLU, Linear<256, 256>, ReLU, Linear<256, 2 * 20>>,
                                              Sequential<ReadClass, Concat<known_class, 32>, Linear<20 + 32, 256>, ReLU,
                                                         Linear<256, 256>, ReLU, Linear<256, 784>, Sigmoid>>;
using ConditionalConvVae = VariationalAutoencoder<
    Sequential<ReadClass, Conv<1, 32, 4, 2, 1, Bias>, SiLU, Conv<32, 64, 4, 2, 1, Bias>, SiLU, Flatten,
               Concat<known_class, 32>, Linear<64 * 7 * 7 + 32, 256>, SiLU, Linear<256, 2 * 20>>,
    Sequential<ReadClass, Concat<known_class, 32>, Linear<20 + 32, 256>, SiLU, Linear<256, 64 * 7 * 7>, SiLU,
               Reshape<64, 7, 7>, ConvT<64, 32, 4, 2, 1, Bias>, SiLU, ConvT<32, 1, 4, 2, 1, Bias>, Sigmoid>,
    MSE, Grey>;

template <class Net>
constexpr bool is_conditional = InputsOf<typename Net::Decoder>::count > 0;

/// Labels as networks read them.
inline Tensor<Class<image_classes>> as_classes(std::span<const int> labels) {
    Tensor<Class<image_classes>> classes(static_cast<int>(labels.size()));
    std::ranges::transform(labels, classes.data(), [](int label) { return static_cast<float>(label); });
    return classes;
}

}  // namespace example
