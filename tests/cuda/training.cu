// Short trainings on the GPU beside the same on the host.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "genotype/genotype.hpp"
#include "genotype/kernels/cuda/cuda.hpp"
#include "genotype/kernels/thrust.hpp"
#include "genotype/tangents.hpp"

using namespace genotype;

namespace {

template <ShapeType S>
Tensor<S> images(std::uint64_t seed) {
    Tensor<S> x(8);
    fill_uniform(Reference{}, x.size(), RandomState{.seed = seed}, 0, 1, x.data());
    return x;
}

bool close(float left, float right, float error = 1e-3f) {
    return std::abs(left - right) <= error * (1 + std::abs(right));
}

}  // namespace

TEST_CASE("a VAE's losses, recorded from the second step on") {
    using Net = VAE<64, 32, 4>;
    Trainer<Net, Cuda> trainer({.batch = 8});
    Trainer<Net, Reference> expected({.batch = 8});
    for (std::uint64_t step = 0; step < 6; ++step) {
        const auto x = images<Shape<64>>(step);
        const VaeLosses found = trainer.step(x), right = expected.step(x);
        CAPTURE(step);
        CHECK(close(found.reconstruction, right.reconstruction));
        CHECK(close(found.kl, right.kl));
    }
}
namespace {

/// A GAN's losses on the GPU are the reference's.
template <class Net>
void expect_losses(const GanOptions<Adam>& options, std::uint64_t steps) {
    Trainer<Net, Cuda> trainer(options);
    Trainer<Net, Reference> expected(options);
    for (std::uint64_t step = 0; step < steps; ++step) {
        const auto x = images<Shape<3, 8, 8>>(step);
        const GanLosses found = trainer.step(x), right = expected.step(x);
        CAPTURE(step);
        CHECK(close(found.discriminator, right.discriminator));
        CHECK(close(found.generator, right.generator));
        CHECK(close(found.penalty, right.penalty));
    }
}

}  // namespace

TEST_CASE("a GAN's losses, recorded from the second step on") {
    using Net = GAN<Sequential<ConvT<8, 12, 4, 1, 0>, BN<12>, ReLU, ConvT<12, 3, 4, 2, 1>, Tanh>,
                    Sequential<Conv<3, 12, 4, 2, 1>, LeakyReLU<0.2f>, BN<12>, Conv<12, 1, 4, 1, 0>, Sigmoid>>;
    expect_losses<Net>({.batch = 8}, 6);
}

TEST_CASE("issue 20.2: the losses and penalties of a GAN with two discriminator steps") {
    using Net = GAN<Sequential<Linear<8, 192>, Reshape<3, 8, 8>>,
                    Sequential<Conv<3, 12, 4, 2, 1, Bias>, LeakyReLU<0.2f>, Conv<12, 1, 4, 1, 0, Bias>>,
                    WithPenalty<Relativistic>>;
    const GanOptions<Adam> options{
        .batch = 8, .penalty = {.real = 1, .fake = 2, .between = 1}, .discriminator_steps = 2};
    expect_losses<Net>(options, 8);
}

namespace {

/// Losses of some steps, which stay those of the host.
template <class Net, class Device>
void expect_the_same_losses(const TextOptions<AdamW>& options, float error = 1e-3f) {
    Trainer<Net, Device, AdamW> trainer(options);
    Trainer<Net, Reference, AdamW> expected(options);
    for (int step = 0; step < 5; ++step) {
        std::vector<int> windows(static_cast<std::size_t>(options.batch * (options.context + 1)));
        for (std::size_t i = 0; i < windows.size(); ++i)
            windows[i] = static_cast<int>((i * i + 3 * static_cast<std::size_t>(step)) % Net::vocabulary);
        CAPTURE(step);
        const float found = trainer.step(windows), right = expected.step(windows);
        CHECK(close(found, right, error));
    }
    const std::vector<int> other(static_cast<std::size_t>(options.context + 1), 3);
    CHECK(close(trainer.evaluate(other), expected.evaluate(other), 10 * error));
}

constexpr TextOptions<AdamW> text_options{
    .optimizer = {.learning_rate = 1e-2f, .weight_decay = 0.3f, .decayed = detail::Decayed::matrices},
    .clip_norm = 1,
    .batch = 3,
    .context = 9};

}  // namespace

TEST_CASE("a GPT-2's losses, with decayed matrices and clipped gradients") {
    constexpr GPT2Config sizes{.vocabulary = 19, .context = 12, .width = 16, .layers = 2, .heads = 2};
    expect_the_same_losses<GPT2<sizes>, Cuda>(text_options);
}
TEST_CASE("a Llama's losses, also by TF32") {
    constexpr LlamaConfig sizes{
        .vocabulary = 19, .width = 16, .layers = 2, .heads = 4, .key_value_heads = 2, .hidden = 24, .context = 12};
    expect_the_same_losses<Llama<sizes>, Cuda>(text_options);
    expect_the_same_losses<Llama<sizes>, CudaTf32>(text_options, 1e-2f);
}
TEST_CASE("what is dropped out is drawn anew in each step, also where the step is replayed") {
    using Encoder = Sequential<Linear<24, 16>, ReLU, Dropout<0.25f>, Linear<16, 6>>;
    using Decoder = Sequential<Linear<3, 16>, GELU, Dropout<0.5f>, Linear<16, 24>, Sigmoid>;
    using Net = combinators::VariationalAutoencoder<Encoder, Decoder, BCE, Shape<24>>;
    Trainer<Net, Cuda> trainer({.schedule = Schedule::linear_warmup(4), .batch = 8});
    Trainer<Net, Reference> expected({.schedule = Schedule::linear_warmup(4), .batch = 8});
    for (std::uint64_t step = 0; step < 6; ++step) {
        const auto x = images<Shape<24>>(step);
        CAPTURE(step);
        CHECK(close(trainer.step(x).get().reconstruction, expected.step(x).reconstruction));
    }
}
