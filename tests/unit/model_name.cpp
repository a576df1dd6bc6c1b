// A model's printed name: the same words from every compiler.
#include "genotype/model/model_name.hpp"

#include <doctest/doctest.h>

#include "genotype/genotype.hpp"
#include "support/dcgan.hpp"

using namespace genotype;

namespace {

struct Bare : LayerBase {
    static constexpr Inferred output(Dims in) { return in; }
};

}  // namespace

TEST_CASE("the DCGAN and the VAE") {
    CHECK(model_name<dcgan::Generator>() ==
          "Sequential<ConvT<100, 256, 4, 1, 0, NoBias>, BN<256>, ReLU, ConvT<256, 128, 4, 2, 1, NoBias>, BN<128>, "
          "ReLU, ConvT<128, 64, 4, 2, 1, NoBias>, BN<64>, ReLU, ConvT<64, 3, 4, 2, 1, NoBias>, Tanh>");
    CHECK(model_name<dcgan::Discriminator>() ==
          "Sequential<Conv<3, 64, 4, 2, 1, NoBias>, LeakyReLU<0.2f>, Conv<64, 128, 4, 2, 1, NoBias>, BN<128>, "
          "LeakyReLU<0.2f>, Conv<128, 256, 4, 2, 1, NoBias>, BN<256>, LeakyReLU<0.2f>, Conv<256, 1, 4, 1, 0, NoBias>, "
          "Sigmoid>");
    const std::string vae =
        "VariationalAutoencoder<Sequential<Linear<784, 256, Bias>, ReLU, Linear<256, 256, Bias>, ReLU, "
        "Linear<256, 40, Bias>>, Sequential<Linear<20, 256, Bias>, ReLU, Linear<256, 256, Bias>, ReLU, "
        "Linear<256, 784, Bias>, Sigmoid>>";
    CHECK(model_name<VAE<784, 256, 20>>() == vae);
    CHECK(model_name<VAE<784, 256, 20, BCE>>() == vae);  // the loss is no part of the weights
}

TEST_CASE("combinators inside one another, and layers of one's own") {
    CHECK(model_name<Sequential<Repeat<3, Linear<4, 4>, Tanh>, Residual<Linear<4, 4, NoBias>>,
                                Residual<Sequential<Linear<4, 4>>, Projection<Linear<4, 4>>>>>() ==
          "Sequential<Repeat<3, Linear<4, 4, Bias>, Tanh>, Residual<Linear<4, 4, NoBias>>, "
          "Residual<Sequential<Linear<4, 4, Bias>>, Projection<Linear<4, 4, Bias>>>>");
    CHECK(model_name<Sequential<MaxPool<2>, LeakyReLU<>, Dropout<1e-5f>, Bare>>() ==
          "Sequential<MaxPool<2, 2, 0>, LeakyReLU<0.01f>, Dropout<1e-5f>, Bare>");
}

// Files that older programs wrote say BN<8>, GroupNorm<2, 8> and Upsample<2>.
TEST_CASE("issue 18.9: a layer without the arguments that came later keeps its name") {
    CHECK(model_name<Sequential<BN<8>, BN<8, 1e-3f>, BN<8, 1e-5f, 0.25f>, GroupNorm<2, 8>, GroupNorm<2, 8, 1e-6f>>>() ==
          "Sequential<BN<8>, BN<8, 0.001f>, BN<8, 1e-5f, 0.25f>, GroupNorm<2, 8>, GroupNorm<2, 8, 1e-6f>>");
    CHECK(model_name<Sequential<Upsample<2>, Upsample<2, Bilinear>>>() ==
          "Sequential<Upsample<2>, Upsample<2, Bilinear>>");
    CHECK(type_name<BN<8>>() == "BN<8>");
    CHECK(type_name<BN<8, 1e-3f>>() == "BN<8, 0.001f>");
    CHECK(type_name<GroupNorm<2, 8>>() == "GroupNorm<2, 8>");
}
