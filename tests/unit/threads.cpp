// Training gives the same bits with every number of threads.
#include <doctest/doctest.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <initializer_list>
#include <vector>

#include "genotype/genotype.hpp"
#include "support/dcgan.hpp"

using namespace genotype;

namespace {

// Enough work in each layer that the kernels do use more threads.
using Generator =
    Sequential<ConvT<16, 64, 4, 1, 0>, BN<64>, ReLU, ConvT<64, 33, 4, 2, 1>, BN<33>, LeakyReLU<0.1f>,
               Residual<Conv<33, 33, 3, 1, 1, Bias>, GroupNorm<3, 33>, GELU>, ConvT<33, 3, 4, 2, 1>, Tanh>;
using Discriminator =
    Sequential<Conv<3, 32, 5, 2, 2>, LeakyReLU<0.2f>, Dropout<0.1f>, Conv<32, 48, 3, 1, 1>, BN<48>, SiLU, MaxPool<2>,
               Conv<48, 64, 3, 1, 1>, AvgPool<2>, Flatten, LayerNorm<256>, Linear<256, 1>>;
using Autoencoder = VAE<784, 300, 33>;

struct Outcome {
    std::vector<float> values;

    void add(const float* from, long count) { values.insert(values.end(), from, from + count); }
    template <class Net>
    void add(const Model<Net>& model) {
        add(model.parameters.data(), model.parameters.size());
        add(model.buffers.data(), model.buffers.size());
    }
};

template <class Net>
Outcome train_gan(int steps, int batch) {
    Trainer<Net> trainer({.batch = batch, .seed = 3});
    Outcome outcome;
    for (int step = 0; step < steps; ++step) {
        Tensor<typename Net::Image> real(batch);
        const auto position = static_cast<std::uint64_t>(step) << 32;
        fill_uniform(Cpu{}, real.size(), RandomState{.seed = 9, .position = position}, -1, 1, real.data());
        const GanLosses losses = trainer.step(real);
        outcome.values.insert(outcome.values.end(), {losses.discriminator, losses.generator, losses.real_output});
    }
    outcome.add(trainer.generator());
    outcome.add(trainer.discriminator());
    return outcome;
}

template <class Net>
Outcome train_vae(int steps, int batch) {
    Trainer<Net> trainer({.clip_norm = 10, .batch = batch, .seed = 3});
    Tensor<typename Net::Input> real(batch);
    fill_uniform(Cpu{}, real.size(), RandomState{.seed = 9}, 0, 1, real.data());
    Outcome outcome;
    for (int step = 0; step < steps; ++step) {
        const VaeLosses losses = trainer.step(real);
        outcome.values.insert(outcome.values.end(), {losses.reconstruction, losses.kl});
    }
    outcome.add(trainer.model());
    return outcome;
}

template <class Net>
Outcome train_text(int steps) {
    constexpr int context = 40, batch = 7;
    Trainer<Net, Cpu, AdamW> trainer({.optimizer = {.decayed = detail::Decayed::matrices},
                                      .clip_norm = 1,
                                      .batch = batch,
                                      .context = context,
                                      .seed = 3});
    initialize_gpt2(trainer.model(), Seed{3});
    std::vector<int> windows((context + 1) * batch);
    Outcome outcome;
    for (int step = 0; step < steps; ++step) {
        for (std::size_t at = 0; at < windows.size(); ++at)
            windows[at] = static_cast<int>((at * 7919 + static_cast<std::size_t>(step) * 31) % 65);
        outcome.values.push_back(trainer.step(windows));
        outcome.values.push_back(trainer.evaluate(windows));
    }
    outcome.add(trainer.model());
    return outcome;
}

template <class Run>
void expect_same_bits(Run run, std::initializer_list<int> threads) {
    omp_set_dynamic(0);
    omp_set_num_threads(1);
    const Outcome alone = run();
    CHECK(std::all_of(alone.values.begin(), alone.values.end(), [](float value) { return std::isfinite(value); }));
    for (const int count : threads) {
        INFO(count << " threads");
        omp_set_num_threads(count);
        const Outcome together = run();
        REQUIRE(together.values.size() == alone.values.size());
        CHECK(std::memcmp(together.values.data(), alone.values.data(), alone.values.size() * sizeof(float)) == 0);
    }
    omp_set_num_threads(1);
}

}  // namespace

TEST_CASE("20 steps of a GAN") {
    expect_same_bits([] { return train_gan<GAN<Generator, Discriminator, Hinge>>(20, 13); }, {2, 3, 5});
}

TEST_CASE("20 steps of a VAE") {
    expect_same_bits([] { return train_vae<Autoencoder>(20, 37); }, {2, 3, 5});
}

TEST_CASE("issue 20.4: 5 steps of a VAE of videos") {
    using Encoder = Sequential<Conv3d<2, 20, Size3{3, 4, 4}, 2, Size3{0, 1, 1}, Bias>, SiLU, Conv3d<20, 24, 3, 1, 1>,
                               GroupNorm<4, 24>, SiLU, Flatten, Linear<24 * 3 * 8 * 8, 18>>;
    using Decoder =
        Sequential<Linear<9, 24 * 4 * 4 * 4>, SiLU, Reshape<24, 4, 4, 4>,
                   ConvT3d<24, 20, Size3{3, 4, 4}, Size3{1, 2, 2}, 1, Bias>, SiLU,
                   Conv3d<20, 20, Size3{1, 3, 3}, 1, Size3{0, 1, 1}>, SiLU, ConvT3d<20, 2, 4, 2, 1>, Sigmoid>;
    using Videos = VariationalAutoencoder<Encoder, Decoder, MSE, Shape<2, 8, 16, 16>>;
    expect_same_bits([] { return train_vae<Videos>(5, 7); }, {2, 3, 5});
}

TEST_CASE("2 steps of the DCGAN") {
    expect_same_bits([] { return train_gan<GAN<dcgan::Generator, dcgan::Discriminator>>(2, 16); }, {2, 3});
}

TEST_CASE("20 steps of language models") {
    using Gpt = GPT2<GPT2Config{.vocabulary = 65, .context = 64, .width = 96, .layers = 2, .heads = 3}>;
    using Alpaca = Llama<LlamaConfig{
        .vocabulary = 65, .width = 96, .layers = 2, .heads = 4, .key_value_heads = 2, .hidden = 200, .context = 64}>;
    expect_same_bits([] { return train_text<Gpt>(20); }, {2, 3, 5});
    expect_same_bits([] { return train_text<Alpaca>(20); }, {2, 3});
}
