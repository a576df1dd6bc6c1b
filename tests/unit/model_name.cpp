// A model's printed name: the same words from every compiler.
#include "genotype/network/model_name.hpp"

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

namespace {

struct style : Name {};

template <class... T>
std::string names() {
    return (std::string() + ... + (detail::name_in_files<T>() + " "));
}

}  // namespace

// What files say of each type. A type that is renamed keeps this name in files, or says that this one was its own:
// network/file_name.hpp.
TEST_CASE("issue 18.8: the names of layers, optimisers and losses in files") {
    CHECK(names<AdaptiveAvgPool<2>, AvgPool<2>, BN<8>, CausalAttention<2, 1, 4>, Concat<style, 8>, Conv<8, 8, 3>,
                ConvT<8, 8, 3>, Dropout<0.5f>, ELU<>, Embedding<5, 8>, Flatten>() ==
          "AdaptiveAvgPool<2, 2> AvgPool<2, 2, 0> BN<8> CausalAttention<2, 1, 4> Concat<style, 8> "
          "Conv<8, 8, 3, 1, 0, NoBias> ConvT<8, 8, 3, 1, 0, NoBias> Dropout<0.5f> ELU<1f> Embedding<5, 8> Flatten ");
    CHECK(names<Gated<SiLU>, GELU, GELUTanh, GlobalAvgPool, GroupNorm<2, 8>, InstanceNorm<8>, LayerNorm<8>, LeakyReLU<>,
                Linear<8, 8>, MaxPool<2>, Modulate<style, 4, 8>>() ==
          "Gated<SiLU> GELU GELUTanh GlobalAvgPool GroupNorm<2, 8> InstanceNorm<8, 1e-5f> LayerNorm<8> "
          "LeakyReLU<0.01f> Linear<8, 8, Bias> MaxPool<2, 2, 0> Modulate<style, 4, 8> ");
    CHECK(names<Of<style, Shape<8>>, PixelShuffle<2>, PixelUnshuffle<2>, PositionalEmbedding<4, 8>,
                QueryKeyNorm<2, 1, 4>, ReLU, Reshape<2, 2, 2>, RMSNorm<8>, Rotary<2, 1, 4, Rope<>>, Save<style>>() ==
          "Of<style, Shape<8>> PixelShuffle<2> PixelUnshuffle<2> PositionalEmbedding<4, 8> "
          "QueryKeyNorm<2, 1, 4, Epsilon<1e-6f>> ReLU Reshape<2, 2, 2> "
          "RMSNorm<8, std::ratio<1l, 100000l>> Rotary<2, 1, 4, Rope<10000, NoScaling>> Save<style> ");
    CHECK(names<Sigmoid, SiLU, Sinusoid<8>, Softplus, Tanh, Upsample<2>>() ==
          "Sigmoid SiLU Sinusoid<8, 1f, 10000f> Softplus Tanh Upsample<2> ");
    CHECK(names<Adam, AdamW, RMSprop, SGD, BCE, BCEWithLogits, CrossEntropy, Hinge, L1, MSE>() ==
          "Adam AdamW RMSprop SGD BCE BCEWithLogits CrossEntropy Hinge L1 MSE ");
    CHECK(model_name<Sequential<Let<style, Plus<Chain<Linear<8, 8>>, Chain<Tanh>>>, Concat<style, 8>>>() ==
          "Sequential<Let<style, Plus<Sequential<Linear<8, 8, Bias>>, Sequential<Tanh>>>, Concat<style, 8>>");
}
