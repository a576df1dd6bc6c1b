// A VAE's step: its losses and gradients, options, and what encode, decode and reconstruction are.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "genotype/genotype.hpp"
#include "support/devices.hpp"

using namespace genotype;

namespace {

using Encoder = Sequential<Linear<6, 5>, Tanh, Linear<5, 4>>;
using Decoder = Sequential<Linear<2, 5>, Tanh, Linear<5, 6>, Sigmoid>;
using Net = VariationalAutoencoder<Encoder, Decoder>;
using Latent = Shape<2>;
using Values = Shape<6>;
constexpr int batch = 5;

Tensor<Values> draw_values() {
    Tensor<Values> x(batch);
    fill_uniform(Reference{}, x.size(), RandomState{.seed = 1}, 0, 1, x.data());
    return x;
}
Tensor<Latent> draw_noise() {
    Tensor<Latent> x(batch);
    fill_normal(Reference{}, x.size(), RandomState{.seed = 2}, x.data());
    return x;
}
const Tensor<Values> real = draw_values();
const Tensor<Latent> noise = draw_noise();

/// Stands still, so that gradients can be held against differences of the losses.
constexpr SGD frozen{.learning_rate = 0};

using Options = VaeOptions<SGD>;

/// The losses with this much added to parameter `index`.
template <class Device>
VaeLosses losses_at(const Options& options, long index, float offset) {
    Trainer<Net, Device, SGD> trainer(options);
    trainer.model().parameters.data()[index] += offset;
    trainer.model().prepare();
    return trainer.step(real, noise);
}

template <class Device>
void expect_gradients_of(const Options& options) {
    Trainer<Net, Device, SGD> trainer(options);
    trainer.step(real, noise);
    double largest = 0;
    for (long i = 0; i < trainer.gradients().size(); ++i)
        largest = std::max(largest, std::abs(static_cast<double>(trainer.gradients().data()[i])));
    for_each_tensor<Net, detail::Owned::parameters>([&](const std::string& name, const Parameter& tensor, long offset) {
        for (long i = offset; i < offset + tensor.count(); ++i) {
            INFO(name << "[" << i - offset << "]");
            const double above = losses_at<Device>(options, i, 0.01f).total(options.beta);
            const double below = losses_at<Device>(options, i, -0.01f).total(options.beta);
            CHECK(std::abs((above - below) / 0.02 - trainer.gradients().data()[i]) < 4e-3 * largest);
        }
    });
}

}  // namespace

TEST_CASE("gradients of the whole loss, by encoder and decoder") {
    expect_gradients_of<Cpu>({.optimizer = frozen, .batch = batch, .seed = 3});
    expect_gradients_of<Reference>({.optimizer = frozen, .beta = 3, .batch = batch, .seed = 3});
    expect_gradients_of<Cpu>({.optimizer = frozen,
                              .beta = 0.5f,
                              .reconstruction = Reconstruction::mean_per_value,
                              .batch = batch,
                              .seed = 3});
}

TEST_CASE_TEMPLATE("the losses are those of the formula", Device, GENOTYPE_TESTED_DEVICES) {
    Trainer<Net, Device, SGD> trainer({.optimizer = frozen, .batch = batch, .seed = 3});
    const VaeLosses losses = trainer.step(real, noise);
    Workspace<Encoder, Values, Inference, Device> encoder(batch);
    Workspace<Decoder, Latent, Inference, Device> decoder(batch);
    const auto moments = encode(trainer.model(), real, encoder);
    Tensor<Latent> z(batch);
    double kl = 0, squares = 0;
    for (int n = 0; n < batch; ++n)
        for (int i = 0; i < 2; ++i) {
            const double mean = moments(n, i), log_variance = moments(n, 2 + i);
            kl += 0.5 * (mean * mean + std::exp(log_variance) - 1 - log_variance) / batch;
            z(n, i) = static_cast<float>(mean + noise(n, i) * std::exp(log_variance / 2));
        }
    const auto output = decode(trainer.model(), z, decoder);
    for (int n = 0; n < batch; ++n)
        for (int i = 0; i < 6; ++i) squares += std::pow(static_cast<double>(output(n, i)) - real(n, i), 2) / batch;
    CHECK(losses.kl == doctest::Approx(kl));
    CHECK(losses.reconstruction == doctest::Approx(squares));
    CHECK(losses.total(2) == doctest::Approx(squares + 2 * kl));

    Trainer<Net, Device, SGD> mean(
        {.optimizer = frozen, .reconstruction = Reconstruction::mean_per_value, .batch = batch, .seed = 3});
    CHECK(mean.step(real, noise).reconstruction == doctest::Approx(squares / 6));
    CHECK(mean.step(real, noise).kl == doctest::Approx(kl));
}

TEST_CASE_TEMPLATE("a model of both reconstructs through the mean of the latents", Device, GENOTYPE_TESTED_DEVICES) {
    const Model<Net, Device> model(Seed{3});
    auto memory = model.workspace(batch);
    Workspace<Encoder, Values, Inference, Device> encoder(batch);
    Workspace<Decoder, Latent, Inference, Device> decoder(batch);
    const auto moments = encode(model, real, encoder);
    Tensor<Latent> z(batch);
    for (int n = 0; n < batch; ++n)
        for (int i = 0; i < 2; ++i) z(n, i) = moments(n, i);
    const auto expected = decode(model, z, decoder).values();
    const auto found = model(real, memory).values();
    CHECK(std::equal(found.begin(), found.end(), expected.begin()));
    // Its children have names.
    std::string names;
    for_each_tensor<Net, detail::Owned::parameters>(
        [&](const std::string& name, const Parameter&, long) { names += name + " "; });
    CHECK(names.starts_with("encoder.0.weight encoder.0.bias encoder.2.weight encoder.2.bias decoder.0.weight"));
}

TEST_CASE("evaluation learns nothing, and draws as steps do") {
    Trainer<Net> trainer({.batch = batch, .seed = 3}), stepped({.batch = batch, .seed = 3});
    const auto before = trainer.model().parameters.clone();
    const VaeLosses first = trainer.evaluate(real);
    CHECK(std::equal(before.data(), before.data() + before.size(), trainer.model().parameters.data()));
    CHECK(first.reconstruction == stepped.step(real).reconstruction);
    CHECK(trainer.evaluate(real).reconstruction != first.reconstruction);
    CHECK(trainer.evaluate(real).kl == first.kl);
}

TEST_CASE("schedule and clipping") {
    const auto moved = [](const Options& options) {
        Trainer<Net, Cpu, SGD> trainer(options);
        const auto before = trainer.model().parameters.clone();
        trainer.step(real, noise);
        double squares = 0;
        for (long i = 0; i < before.size(); ++i)
            squares += std::pow(static_cast<double>(trainer.model().parameters.data()[i]) - before.data()[i], 2);
        return std::sqrt(squares);
    };
    Options options{.optimizer = {.learning_rate = 0.5f}, .batch = batch, .seed = 3};
    const double plain = moved(options);
    CHECK(plain > 0.05);
    options.schedule = Schedule::linear_warmup(5);
    CHECK(moved(options) == doctest::Approx(plain / 5).epsilon(1e-4));
    options.clip_norm = 0.01f;
    CHECK(moved(options) == doctest::Approx(0.001).epsilon(1e-3));

    // The second step's factor is the second of the schedule's.
    Trainer<Net, Cpu, SGD> trainer(
        {.optimizer = {.learning_rate = 1}, .schedule = Schedule::step_decay(1, 0), .batch = batch});
    trainer.step(real, noise);
    const auto after_first = trainer.model().parameters.clone();
    trainer.step(real, noise);
    CHECK(std::equal(after_first.data(), after_first.data() + after_first.size(), trainer.model().parameters.data()));
}

TEST_CASE("batches that do not fit") {
    Trainer<Net> trainer({.batch = 4});
    const std::string text = "Workspace: batch: found 400, expected 1 to its capacity of 4";
    CHECK_THROWS_WITH_AS(trainer.step(Tensor<Values>(400)), text.c_str(), Error);
    CHECK_THROWS_WITH_AS(trainer.evaluate(Tensor<Values>(400)), text.c_str(), Error);
    CHECK_THROWS_WITH_AS(trainer.step(Tensor<Values>(400), Tensor<Latent>(400)), text.c_str(), Error);
    CHECK_THROWS_WITH_AS(trainer.step(real.view().slice(0, 4), noise), "Trainer: batch of noise: found 5, expected 4",
                         Error);
    CHECK_THROWS_AS(trainer.evaluate(Tensor<Values>(0)), Error);
}

namespace {

template <class Loss, class Device, class Optimizer>
void expect_progress() {
    Trainer<VariationalAutoencoder<Encoder, Decoder, Loss>, Device, Optimizer> trainer({.batch = batch, .seed = 3});
    const float first = trainer.step(real, noise).total();
    for (int step = 0; step < 50; ++step) trainer.step(real, noise);
    CHECK(trainer.step(real, noise).total() < first - 0.01f);
}

}  // namespace

TEST_CASE("other losses, optimisers and devices") {
    expect_progress<BCE, Cpu, Adam>();
    expect_progress<L1, Cpu, AdamW>();
    expect_progress<MSE, Reference, SGD>();
    expect_progress<MSE, Cpu, RMSprop>();
}

TEST_CASE("pictures, by convolutions") {
    using OfPictures =
        VariationalAutoencoder<Sequential<Conv<1, 4, 4, 2, 1, Bias>, SiLU, Flatten, Linear<64, 6>>,
                               Sequential<Linear<3, 64>, SiLU, Reshape<4, 4, 4>, ConvT<4, 1, 4, 2, 1, Bias>, Sigmoid>,
                               BCE, Shape<1, 8, 8>>;
    Trainer<OfPictures> trainer({.batch = batch});
    Tensor<Shape<1, 8, 8>> pictures(batch);
    fill_uniform(Cpu{}, pictures.size(), RandomState{}, 0, 1, pictures.data());
    const float first = trainer.step(pictures).total();
    for (int step = 0; step < 30; ++step) trainer.step(pictures);
    CHECK(trainer.step(pictures).total() < first);
    CHECK(trainer.model()(pictures).batch() == batch);
}
