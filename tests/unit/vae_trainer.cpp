// A VAE's step: its losses and gradients, options, and what encode, decode and reconstruction are.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/genotype.hpp"
#include "support/devices.hpp"
#include "support/temporary_folder.hpp"

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

/// The divergence of each latent, averaged over the batch.
template <class Device>
std::array<double, 2> divergences(const Model<Net, Device>& model) {
    Workspace<Encoder, Values, Inference, Device> memory(batch);
    const auto moments = encode(model, real, memory);
    std::array<double, 2> all{};
    for (int n = 0; n < batch; ++n)
        for (int i = 0; i < 2; ++i) {
            const double mean = moments(n, i), log_variance = moments(n, 2 + i);
            all[static_cast<std::size_t>(i)] += 0.5 * (mean * mean + std::exp(log_variance) - 1 - log_variance) / batch;
        }
    return all;
}

/// What the first step descends, with this much added to parameter `index`.
template <class Device>
double objective_at(const Options& options, long index, float offset) {
    Trainer<Net, Device, SGD> trainer(options);
    trainer.model().parameters.data()[index] += offset;
    trainer.model().prepare();
    const auto each = options.free_bits > 0 ? divergences(trainer.model()) : std::array<double, 2>{};
    const VaeLosses losses = trainer.step(real, noise);
    double kl = static_cast<double>(losses.kl);
    if (options.free_bits > 0) {
        CHECK(kl == doctest::Approx(each[0] + each[1]));  // as it is, whatever the options
        kl = 0;
        for (const double one : each) kl += std::max(static_cast<double>(options.free_bits), one);
    }
    const double rise = options.beta_warmup > 0 ? 1.0 / static_cast<double>(options.beta_warmup) : 1;
    return static_cast<double>(losses.reconstruction) + rise * static_cast<double>(options.beta) * kl;
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
            const double above = objective_at<Device>(options, i, 0.01f);
            const double below = objective_at<Device>(options, i, -0.01f);
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

TEST_CASE("gradients of the loss with free bits, of which one latent has more, and in a warm-up") {
    Options options{.optimizer = frozen, .beta = 2, .batch = batch, .seed = 3};
    const auto each = divergences(Trainer<Net, Cpu, SGD>(options).model());
    REQUIRE(std::abs(each[0] - each[1]) > 0.1 * (each[0] + each[1]));
    options.free_bits = static_cast<float>(each[0] + each[1]) / 2;
    expect_gradients_of<Reference>(options);
    options.beta_warmup = 3;
    expect_gradients_of<Cpu>(options);
}

TEST_CASE_TEMPLATE("the weight of the KL rises to beta, in as many steps as are asked for", Device,
                   GENOTYPE_TESTED_DEVICES) {
    // At a rate of 0 each step's gradient is that of a training without a warm-up, whose beta is what the step has.
    Trainer<Net, Device, SGD> rising({.optimizer = frozen, .beta = 3, .batch = batch, .seed = 3, .beta_warmup = 4});
    for (int step = 0; step < 6; ++step) {
        rising.step(real, noise);
        Trainer<Net, Device, SGD> fixed({.optimizer = frozen,
                                         .beta = 3 * static_cast<float>(std::min(step + 1, 4)) / 4,
                                         .batch = batch,
                                         .seed = 3});
        fixed.step(real, noise);
        const auto* const found = rising.gradients().data();
        CHECK(std::equal(found, found + rising.gradients().size(), fixed.gradients().data()));
    }
}

TEST_CASE("a training that is resumed within the warm-up goes on with every bit") {
    TemporaryFolder folder;
    const VaeOptions<Adam> options{.batch = batch, .seed = 3, .beta_warmup = 6, .free_bits = 0.01f};
    Trainer<Net> whole(options), begun(options), resumed(options), later(options);
    for (int step = 0; step < 3; ++step) begun.step(real);
    begun.save(folder / "begun.safetensors");
    resumed.resume(folder / "begun.safetensors");
    for (int step = 0; step < 8; ++step) {
        const VaeLosses wanted = whole.step(real);
        if (step < 3) continue;
        const VaeLosses found = resumed.step(real);
        CHECK(found.reconstruction == wanted.reconstruction);
        CHECK(found.kl == wanted.kl);
    }
    // Options of another warm-up are refused.
    Trainer<Net> other({.batch = batch, .seed = 3, .beta_warmup = 7, .free_bits = 0.01f});
    CHECK(error_of([&] {
              other.resume(folder / "begun.safetensors");
          }).find("beta_warmup\": found \"6\", expected \"7\"") != std::string::npos);
}

TEST_CASE("free bits and warm-ups that mean nothing are refused") {
    const auto words = [](const VaeOptions<Adam>& options) { return error_of([&] { Trainer<Net> trainer(options); }); };
    CHECK(words({.beta_warmup = -1}) == "Trainer: beta_warmup: found -1, expected 0 steps or more");
    CHECK(words({.free_bits = -0.5f}) == "Trainer: free_bits: found -0.500000, expected 0 or more, and finite");
    CHECK(words({.free_bits = std::numeric_limits<float>::quiet_NaN()}).find("free_bits: found") != std::string::npos);
    CHECK(words({.free_bits = std::numeric_limits<float>::infinity()}).find("free_bits: found") != std::string::npos);
    CHECK(words({.accumulate = 2, .free_bits = 0.5f}) ==
          "Trainer: accumulate: found 2, expected 1 with free_bits: they are of the whole batch's mean");
    CHECK(words({.free_bits = 0.5f}) == "no error");
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

TEST_CASE("evaluation learns nothing, and says the same each time") {
    Trainer<Net> trainer({.batch = batch, .seed = 3}), stepped({.batch = batch, .seed = 3});
    const auto before = trainer.model().parameters.clone();
    const VaeLosses first = trainer.evaluate(real);
    CHECK(std::equal(before.data(), before.data() + before.size(), trainer.model().parameters.data()));
    CHECK(first.kl == stepped.step(real).kl);  // which no noise goes into
    CHECK(trainer.evaluate(real).reconstruction == first.reconstruction);
    CHECK(trainer.evaluate(real).kl == first.kl);
    // A draw, and not the means: that of another seed is another.
    Trainer<Net> other({.batch = batch, .seed = 4});
    std::copy_n(before.data(), before.size(), other.model().parameters.data());
    other.model().prepare();
    CHECK(other.evaluate(real).reconstruction != first.reconstruction);
    CHECK(other.evaluate(real).kl == first.kl);
}

namespace {

using NormedEncoder = Sequential<Linear<6, 5>, BN<5>, ReLU, Dropout<0.5f>, Linear<5, 4>>;
using NormedDecoder = Sequential<Linear<2, 5>, BN<5>, Dropout<0.5f>, Linear<5, 6>, Sigmoid>;
using Normed = VariationalAutoencoder<NormedEncoder, NormedDecoder>;

}  // namespace

TEST_CASE_TEMPLATE("issue 17.1: evaluation runs as inference does, for batches of any size", Device,
                   GENOTYPE_TESTED_DEVICES) {
    Trainer<Normed, Device> trainer({.optimizer = {.learning_rate = 0.1f}, .batch = batch, .seed = 3});
    for (int step = 0; step < 20; ++step) trainer.step(real);
    const auto& model = trainer.model();
    Workspace<NormedEncoder, Values, Inference, Device> encoder(batch);
    Workspace<NormedDecoder, Latent, Inference, Device> decoder(batch);
    for (const int samples : {batch, 3, 1}) {
        CAPTURE(samples);
        const View<Values> some = real.view().slice(0, samples);
        Tensor<Latent> z(samples);
        fill_normal(Device{}, z.size(), RandomState{.seed = 3, .stream = streams::evaluation}, z.data());
        const auto moments = encode(model, some, encoder);
        double squares = 0, kl = 0;
        for (int n = 0; n < samples; ++n)
            for (int i = 0; i < 2; ++i) {
                const double mean = moments(n, i), log_variance = moments(n, 2 + i);
                kl += 0.5 * (mean * mean + std::exp(log_variance) - 1 - log_variance) / samples;
                z(n, i) = static_cast<float>(mean + z(n, i) * std::exp(log_variance / 2));
            }
        const auto output = decode(model, z, decoder);
        for (int n = 0; n < samples; ++n)
            for (int i = 0; i < 6; ++i)
                squares += std::pow(static_cast<double>(output(n, i)) - some(n, i), 2) / samples;
        const VaeLosses losses = trainer.evaluate(some);
        CHECK(losses.reconstruction == doctest::Approx(squares));
        CHECK(losses.kl == doctest::Approx(kl));
    }
}

TEST_CASE_TEMPLATE("issue 17.1: of two trainings of which one looks, neither parts from the other", Device,
                   GENOTYPE_TESTED_DEVICES) {
    const VaeOptions<Adam> options{.batch = batch, .seed = 3};
    Trainer<Normed, Device> trainer(options), looks(options);
    for (int step = 0; step < 5; ++step) {
        const VaeLosses wanted = trainer.step(real), found = looks.step(real);
        CHECK(found.reconstruction == wanted.reconstruction);
        CHECK(found.kl == wanted.kl);
        const auto buffers = looks.model().buffers.clone();
        looks.evaluate(real.view().slice(0, 1 + step));
        CHECK(std::equal(buffers.data(), buffers.data() + buffers.size(), looks.model().buffers.data()));
    }
}

namespace {

/// A layer that needs more memory in inference than in training.
struct Roomy : LayerBase {
    static constexpr bool backward_reads_input = false;
    static constexpr Inferred output(Dims in) { return in; }
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims) {
        return {.forward_scratch = std::same_as<Mode, Inference> ? MemoryExtent{5000, 5000} : MemoryExtent{}};
    }
    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        if constexpr (std::same_as<Mode, Inference>) {
            std::fill_n(pass.scratch.per_sample, 5000 * pass.batch, 1.f);
            std::fill_n(pass.scratch.fixed, 5000, 1.f);
        }
        map(device, pass.batch * pass.in.count(), kernels::Identity{}, pass.y, pass.x);
    }
    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (pass.dx) map(device, pass.batch * pass.in.count(), kernels::Identity{}, pass.dx, pass.dy);
    }
};

}  // namespace

TEST_CASE("issue 17.1: a model whose inference needs more memory than its training is evaluated, too") {
    using Roomier = VariationalAutoencoder<Sequential<Linear<6, 5>, Tanh, Roomy, Linear<5, 4>>, Decoder>;
    Trainer<Roomier> trainer({.batch = batch, .seed = 3});
    Trainer<Net> expected({.batch = batch, .seed = 3});
    for (int step = 0; step < 3; ++step) {
        CHECK(trainer.evaluate(real).reconstruction == expected.evaluate(real).reconstruction);
        CHECK(trainer.step(real).reconstruction == expected.step(real).reconstruction);
    }
}

namespace {

/// What a training says to a batch of which one value is wrong. It must be as it was.
template <class Loss, class Device>
std::string words_to(float value) {
    using Model = VariationalAutoencoder<Encoder, Decoder, Loss>;
    Trainer<Model, Device> trainer({.batch = batch, .seed = 3}), other({.batch = batch, .seed = 3});
    Tensor<Values> wrong(batch);
    std::copy_n(real.data(), real.size(), wrong.data());
    wrong(3, 4) = value;
    std::string words;
    try {
        trainer.step(wrong);
    } catch (const Error& error) {
        words = error.what();
    }
    if (words.empty()) return words;
    CHECK_THROWS_WITH_AS(trainer.evaluate(wrong), words.c_str(), Error);
    CHECK_THROWS_WITH_AS(trainer.step(wrong, noise), words.c_str(), Error);
    CHECK(trainer.steps() == 0);
    CHECK(trainer.step(real).reconstruction == other.step(real).reconstruction);
    CHECK(trainer.step(real).reconstruction == other.step(real).reconstruction);
    return words;
}

}  // namespace

TEST_CASE_TEMPLATE("issue 17.5: a batch that the loss is not defined for is refused, and nothing changes", Device,
                   GENOTYPE_TESTED_DEVICES) {
    const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
    CHECK(words_to<BCE, Device>(-0.5f) ==
          "Trainer: batch: value 4 of sample 3: found -0.5, expected 0 to 1, of which alone there is a binary "
          "cross-entropy: take Range{0, 1} for the Dataset, or a loss for any number, such as MSE");
    for (const float value : {1.0000001f, 255.f, -1e-30f, infinity, -infinity, nan, -nan}) {
        CAPTURE(value);
        CHECK(words_to<BCE, Device>(value).find("value 4 of sample 3: found") != std::string::npos);
        CHECK(words_to<BCEWithLogits, Device>(value).find("value 4 of sample 3: found") != std::string::npos);
    }
    for (const float value : {0.f, -0.f, 1.f, 1e-40f}) CHECK(words_to<BCE, Device>(value) == "");
    for (const float value : {infinity, -infinity, nan})
        CHECK(words_to<MSE, Device>(value).find("expected a finite number") != std::string::npos);
    for (const float value : {-1.f, 255.f, 1e30f}) CHECK(words_to<L1, Device>(value) == "");
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

TEST_CASE("images, by convolutions") {
    using OfImages =
        VariationalAutoencoder<Sequential<Conv<1, 4, 4, 2, 1, Bias>, SiLU, Flatten, Linear<64, 6>>,
                               Sequential<Linear<3, 64>, SiLU, Reshape<4, 4, 4>, ConvT<4, 1, 4, 2, 1, Bias>, Sigmoid>,
                               BCE, Shape<1, 8, 8>>;
    Trainer<OfImages> trainer({.batch = batch});
    Tensor<Shape<1, 8, 8>> images(batch);
    fill_uniform(Cpu{}, images.size(), RandomState{}, 0, 1, images.data());
    const float first = trainer.step(images).total();
    for (int step = 0; step < 30; ++step) trainer.step(images);
    CHECK(trainer.step(images).total() < first);
    CHECK(trainer.model()(images).batch() == batch);
}

// A conditional VAE: the decoder, or both, read the class.
namespace {

struct kind : Given<Class<3>> {};
struct condition : Name {};
template <int features, int channels>
using LabelledInput = Sequential<Let<condition, Of<kind>, Embedding<3, channels>>, Concat<condition, channels>,
                                 Linear<features + channels, 8>, Tanh>;
using LabelledEncoder = Sequential<LabelledInput<6, 3>, Linear<8, 4>>;
using LabelledDecoder = Sequential<LabelledInput<2, 3>, Linear<8, 6>, Sigmoid>;
using Both = VariationalAutoencoder<LabelledEncoder, LabelledDecoder>;
using DecoderAlone = VariationalAutoencoder<Encoder, LabelledDecoder>;
const std::vector<int> kinds{2, 0, 1, 2, 0};

template <class Kind, class Device>
void expect_labels_to_matter() {
    Trainer<Kind, Device, SGD> trainer({.optimizer = frozen, .batch = batch, .seed = 2});
    Tensor<Class<3>> labels(batch);
    for (int n = 0; n < batch; ++n) labels(n, 0) = static_cast<float>(kinds[static_cast<std::size_t>(n)]);
    const VaeLosses found = trainer.step(real, kinds, noise);

    using E = typename Kind::Encoder;
    const Model<Kind, Device>& model = trainer.model();
    Workspace<E, Values, Inference, Device> of_encoder(batch);
    Workspace<LabelledDecoder, Latent, Inference, Device> of_decoder(batch);
    View<Shape<4>> moments;
    if constexpr (std::same_as<E, Encoder>)
        moments = encode(model, real, of_encoder);
    else
        moments = encode(model, real, {given<kind>(labels)}, of_encoder);
    Tensor<Latent> z(batch);
    for (int n = 0; n < batch; ++n)
        for (int c = 0; c < 2; ++c) z(n, c) = moments(n, c) + std::exp(moments(n, 2 + c) / 2) * noise(n, c);
    const auto drawn = decode(model, z, {given<kind>(labels)}, of_decoder);
    double error = 0;
    for (int n = 0; n < batch; ++n)
        for (int c = 0; c < 6; ++c) error += std::pow(static_cast<double>(drawn(n, c) - real(n, c)), 2) / batch;
    CHECK(found.reconstruction == doctest::Approx(error).epsilon(1e-5));

    // The gradient of the whole, and the same in micro-batches.
    Trainer<Kind, Device, SGD> cut({.optimizer = frozen, .accumulate = 3, .batch = batch, .seed = 2});
    cut.step(real, kinds, noise);
    const float* const gradients = trainer.gradients().data();
    for_each_tensor<Kind, detail::Owned::parameters>(
        [&](const std::string& name, const Parameter& tensor, long offset) {
            INFO(name);
            const auto loss_at = [&](float to) {
                Trainer<Kind, Device, SGD> moved({.optimizer = frozen, .batch = batch, .seed = 2});
                moved.model().parameters.data()[offset] += to;
                moved.model().prepare();
                return static_cast<double>(VaeLosses(moved.step(real, kinds, noise)).total());
            };
            CHECK(static_cast<double>(gradients[offset]) ==
                  doctest::Approx((loss_at(0.01f) - loss_at(-0.01f)) / 0.02).epsilon(0.02).scale(0.1));
            for (long i = offset; i < offset + tensor.count(); ++i)
                CHECK(cut.gradients().data()[i] == doctest::Approx(gradients[i]).epsilon(1e-4).scale(0.01));
        });
}

}  // namespace

TEST_CASE_TEMPLATE("issue 18.7: labels reach the encoder and the decoder of a VAE", Device, GENOTYPE_TESTED_DEVICES) {
    expect_labels_to_matter<Both, Device>();
    expect_labels_to_matter<DecoderAlone, Device>();
}

TEST_CASE("issue 18.7: a conditional VAE learns what belongs to each class, and is evaluated by labels") {
    constexpr int count = 60;
    Tensor<Values> x(count);
    std::vector<int> labels(count), others(count);
    fill_uniform(Cpu{}, x.size(), RandomState{.seed = 3}, 0, 0.2f, x.data());
    for (int n = 0; n < count; ++n) {
        labels[static_cast<std::size_t>(n)] = n % 3;
        others[static_cast<std::size_t>(n)] = (n + 1) % 3;
        x(n, n % 3) += 0.8f;
        x(n, 3 + n % 3) += 0.4f;
    }
    Trainer<DecoderAlone> trainer({.optimizer = {.learning_rate = 0.02f}, .average = 0.9f, .batch = count});
    const VaeLosses before = trainer.evaluate(x, labels);
    for (int step = 0; step < 300; ++step) trainer.step(x, labels);
    const VaeLosses after = trainer.evaluate(x, labels, trainer.average());
    CHECK(after.total() < 0.3f * before.total());
    CHECK(trainer.evaluate(x, others).reconstruction > 3 * trainer.evaluate(x, labels).reconstruction);

    Tensor<Class<3>> wanted(3);
    for (int n = 0; n < 3; ++n) wanted(n, 0) = static_cast<float>(n);
    Workspace<LabelledDecoder, Latent> memory(3);
    const auto drawn = decode(trainer.model(), normal<Latent>(3, Seed{4}), {given<kind>(wanted)}, memory);
    for (int n = 0; n < 3; ++n)
        for (int c = 0; c < 3; ++c) CHECK(std::abs(drawn(n, c) - (c == n ? 0.9f : 0.1f)) < 0.2f);
    // As a network of its own it reads them too: a reconstruction.
    Workspace<DecoderAlone, Values> whole(3);
    const auto again = whole.forward(trainer.model(), x.view().slice(0, 3), {given<kind>(wanted)});
    CHECK(std::abs(again(1, 1) - x(1, 1)) < 0.2f);
}

TEST_CASE("issue 18.7: labels that do not fit a VAE's batch, and nothing has changed") {
    Trainer<DecoderAlone> trainer({.batch = batch});
    const auto refusal = [&](std::vector<int> labels) {
        const std::string words = error_of([&] { trainer.step(real, labels); });
        CHECK(error_of([&] { trainer.evaluate(real, labels); }) == words);
        return words;
    };
    CHECK(refusal({0, 1}) == "Trainer: number of labels: found 2, expected 5, one for each sample of the batch");
    CHECK(refusal({0, 1, 2, 3, 0}) ==
          "Trainer: label of sample 3: found 3, expected one of the network's classes, 0 to 2");
    CHECK(trainer.steps() == 0);
}
