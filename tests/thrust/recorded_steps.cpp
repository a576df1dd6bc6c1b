// A recorded step is replayed with the pointers and numbers that its kernels were given; trainings on such a device are
// still those of another, to the bit, because what changes from step to step lies in the device's memory.
#include <doctest/doctest.h>

#include "support/recording_device.hpp"
//
#include <cstring>
#include <vector>

#include "genotype/tangents.hpp"
#include "genotype/thrust.hpp"

using namespace genotype;

namespace {

template <class Device, class Net>
std::vector<float> values(const Model<Net, Device>& model) {
    std::vector<float> all(static_cast<std::size_t>(model.parameters.size() + model.buffers.size()));
    Device::download(model.parameters.data(), model.parameters.size(), all.data());
    Device::download(model.buffers.data(), model.buffers.size(), all.data() + model.parameters.size());
    return all;
}

bool same_bits(const std::vector<float>& left, const std::vector<float>& right) {
    return left.size() == right.size() && std::memcmp(left.data(), right.data(), left.size() * sizeof(float)) == 0;
}

template <ShapeType S>
Tensor<S> batch(int samples, int step) {
    Tensor<S> x(samples);
    fill_uniform(Reference{}, x.size(), RandomState{.seed = 50 + static_cast<std::uint64_t>(step)}, 0, 1, x.data());
    return x;
}

constexpr int steps = 6;

}  // namespace

TEST_CASE("a VAE that draws its latents and drops values out") {
    using Encoder = Sequential<Linear<12, 8>, ReLU, Dropout<0.25f>, Linear<8, 6>>;
    using Decoder = Sequential<Linear<3, 8>, ReLU, Dropout<0.5f>, Linear<8, 12>, Sigmoid>;
    using Net = combinators::VariationalAutoencoder<Encoder, Decoder, BCE, Shape<12>>;
    const VaeOptions<Adam> options{
        .schedule = Schedule::cosine(steps, 2), .clip_norm = 0.5f, .average = 0.75f, .batch = 5, .seed = 3};
    Trainer<Net, ThrustCpp> expected(options);
    Trainer<Net, Recorded> trainer(options);
    const int before = kernels::GraphCache<Recorded>::replays;
    for (int step = 0; step < steps; ++step) {
        const auto x = batch<Shape<12>>(5, step);
        const VaeLosses right = expected.step(x), found = trainer.step(x);
        CHECK(right.reconstruction == found.reconstruction);
        CHECK(right.kl == found.kl);
    }
    CHECK(kernels::GraphCache<Recorded>::replays == before + steps - 2);
    CHECK(same_bits(values(expected.model()), values(trainer.model())));
    CHECK(same_bits(values(expected.average()), values(trainer.average())));
    CHECK(!same_bits(values(trainer.average()), values(trainer.model())));
    // A batch of another size is not replayed.
    const auto fewer = batch<Shape<12>>(4, steps);
    CHECK(expected.step(fewer).kl == trainer.step(fewer).get().kl);
    CHECK(kernels::GraphCache<Recorded>::replays == before + steps - 2);
}

TEST_CASE("a GAN") {
    using Net =
        GAN<Sequential<ConvT<4, 6, 4, 1, 0>, BN<6>, ReLU, ConvT<6, 1, 4, 2, 1>, Tanh>,
            Sequential<Conv<1, 6, 4, 2, 1>, LeakyReLU<0.2f>, Dropout<0.25f>, BN<6>, Conv<6, 1, 4, 1, 0>, Sigmoid>>;
    using Image = Shape<1, 8, 8>;
    const GanOptions<Adam> options{.schedule = Schedule::step_decay(2, 0.5f), .average = 0.75f, .batch = 4, .seed = 3};
    Trainer<Net, ThrustCpp> expected(options);
    Trainer<Net, Recorded> trainer(options);
    for (int step = 0; step < steps; ++step) {
        const auto x = batch<Image>(4, step);
        const GanLosses right = expected.step(x), found = trainer.step(x);
        CHECK(right.discriminator == found.discriminator);
        CHECK(right.generator == found.generator);
        CHECK(right.real_output == found.real_output);
        CHECK(right.fake_output == found.fake_output);
    }
    CHECK(same_bits(values(expected.generator()), values(trainer.generator())));
    CHECK(same_bits(values(expected.discriminator()), values(trainer.discriminator())));
    // Batch statistics are averaged, and their counter copied, by numbers of each replay.
    CHECK(same_bits(values(expected.average_generator()), values(trainer.average_generator())));
    CHECK(!same_bits(values(trainer.average_generator()), values(trainer.generator())));
}

TEST_CASE("issue 20.2: a GAN with gradient penalties and several discriminator steps") {
    using Image = Shape<1, 8, 8>;
    using G = Sequential<ConvT<4, 6, 4, 1, 0>, BN<6>, ReLU, ConvT<6, 1, 4, 2, 1>, Tanh>;
    const auto check = []<class D, class Loss>(std::type_identity<D>, Loss, int discriminator_steps) {
        using Net = GAN<G, D, WithPenalty<Loss>>;
        const GanOptions<Adam> options{.schedule = Schedule::step_decay(2, 0.5f),
                                       .average = 0.75f,
                                       .batch = 4,
                                       .seed = 3,
                                       .penalty = {.real = 1, .fake = 2, .between = 3},
                                       .discriminator_steps = discriminator_steps};
        Trainer<Net, ThrustCpp> expected(options);
        Trainer<Net, Recorded> trainer(options);
        const int before = kernels::GraphCache<Recorded>::replays;
        for (int step = 0; step < 2 * steps; ++step) {
            const auto x = batch<Image>(4, step);
            const GanLosses right = expected.step(x), found = trainer.step(x);
            CHECK(right.discriminator == found.discriminator);
            CHECK(right.generator == found.generator);
            CHECK(right.penalty == found.penalty);
        }
        // Each kind of step is recorded when it comes for the second time.
        CHECK(kernels::GraphCache<Recorded>::replays == before + 2 * steps - (discriminator_steps == 1 ? 2 : 4));
        CHECK(same_bits(values(expected.generator()), values(trainer.generator())));
        CHECK(same_bits(values(expected.discriminator()), values(trainer.discriminator())));
        CHECK(same_bits(values(expected.average_generator()), values(trainer.average_generator())));
    };
    using General = Sequential<Conv<1, 6, 4, 2, 1, Bias>, Dropout<0.25f>, SiLU, Flatten, Linear<96, 1>>;
    using Straight = Sequential<Conv<1, 6, 4, 2, 1, Bias>, LeakyReLU<0.2f>, Flatten, Linear<96, 1>>;
    check(std::type_identity<General>{}, Relativistic{}, 1);
    check(std::type_identity<Straight>{}, Relativistic{}, 3);
    check(std::type_identity<Straight>{}, Wasserstein{}, 1);
}

TEST_CASE("a language model whose matrices alone are decayed") {
    constexpr GPT2Config config{.vocabulary = 11, .context = 6, .width = 8, .layers = 2, .heads = 2};
    using Net = GPT2<config>;
    const TextOptions<AdamW> options{
        .optimizer = {.learning_rate = 1e-2f, .weight_decay = 0.3f, .decayed = detail::Decayed::matrices},
        .schedule = Schedule::linear_warmup(steps),
        .clip_norm = 1,
        .average = 0.75f,
        .batch = 3,
        .context = 5};
    Trainer<Net, ThrustCpp, AdamW> expected(options);
    Trainer<Net, Recorded, AdamW> trainer(options);
    for (int step = 0; step < steps; ++step) {
        std::vector<int> windows(3 * 6);
        for (std::size_t i = 0; i < windows.size(); ++i)
            windows[i] = static_cast<int>(i * 7 + 3U * static_cast<unsigned>(step)) % 11;
        const float right = expected.step(windows), found = trainer.step(windows);
        CHECK(right == found);
    }
    CHECK(same_bits(values(expected.model()), values(trainer.model())));
    CHECK(same_bits(values(expected.average()), values(trainer.average())));
}

TEST_CASE("a classifier, and a regression") {
    using Net = Sequential<Linear<6, 8>, BN<8>, ReLU, Dropout<0.25f>, Linear<8, 3>>;
    const SupervisedOptions<Adam> options{.clip_norm = 1, .average = 0.75f, .batch = 4, .seed = 3};
    const auto check = [&]<class Kind>(std::type_identity<Kind>, const auto& targets_of) {
        Trainer<Kind, ThrustCpp> expected(options);
        Trainer<Kind, Recorded> trainer(options);
        const int before = kernels::GraphCache<Recorded>::replays;
        for (int step = 0; step < steps; ++step) {
            const auto x = batch<Shape<6>>(4, step);
            const auto targets = targets_of(step);
            const float right = expected.step(x, targets), found = trainer.step(x, targets);
            CHECK(right == found);
        }
        CHECK(kernels::GraphCache<Recorded>::replays == before + steps - 2);
        CHECK(same_bits(values(expected.model()), values(trainer.model())));
        CHECK(same_bits(values(expected.average()), values(trainer.average())));
        return trainer.evaluate(batch<Shape<6>>(4, 0), targets_of(0), trainer.average());
    };
    const ClassifierScore score = check(std::type_identity<Supervised<Net, CrossEntropy>>{}, [](int step) {
        return std::vector<int>{step % 3, 1, 0, 2};
    });
    CHECK(score.loss > 0);
    check(std::type_identity<Supervised<Net, MSE>>{}, [](int step) { return batch<Shape<3>>(4, 10 + step); });
}

TEST_CASE("issue 18.5: micro-batches and groups of parameters") {
    using Discriminator = Sequential<Linear<6, 8>, LeakyReLU<0.2f>, Dropout<0.25f>, Linear<8, 1>>;
    using Gan = GAN<Sequential<Linear<3, 8>, ReLU, Linear<8, 6>>, Discriminator, BCEWithLogits>;
    const GanOptions<Adam> options{
        .schedule = Schedule::cosine(steps, 2),
        .clip_norm = 0.5f,
        .average = 0.75f,
        .accumulate = 3,
        .groups = {{.part = "generator.0", .frozen = true}, {.kind = ParameterGroup::vectors, .learning_rate = 1e-2f}},
        .batch = 5};
    Trainer<Gan, ThrustCpp> expected(options);
    Trainer<Gan, Recorded> trainer(options);
    const int before = kernels::GraphCache<Recorded>::replays;
    for (int step = 0; step < steps; ++step) {
        const auto x = batch<Shape<6>>(5, step);
        const GanLosses right = expected.step(x), found = trainer.step(x);
        CHECK(right.discriminator == found.discriminator);
        CHECK(right.generator == found.generator);
        CHECK(right.fake_output == found.fake_output);
    }
    CHECK(kernels::GraphCache<Recorded>::replays == before + steps - 2);
    CHECK(same_bits(values(expected.generator()), values(trainer.generator())));
    CHECK(same_bits(values(expected.discriminator()), values(trainer.discriminator())));
    CHECK(same_bits(values(expected.average_generator()), values(trainer.average_generator())));
}

namespace {
struct Denoiser {
    using Network = Sequential<Linear<4, 8>, ReLU, Dropout<0.25f>, Linear<8, 4>>;
    using Sample = Shape<4>;
    struct Losses {
        float error;
    };
    static constexpr long draws = Sample::count;

    template <class Step>
    static void step(Step& s) {
        const auto noisy = s.compute(kernels::Add{}, s.template normal<Sample>(), s.batch());
        s.template learn<MSE>(&Losses::error, s.run(noisy), s.batch());
    }
};
}  // namespace

TEST_CASE("issue 18.5: a recipe of one's own") {
    const RecipeOptions<AdamW> options{
        .clip_norm = 1, .average = 0.75f, .accumulate = 2, .groups = {{.part = "3", .weight_decay = 0.f}}, .batch = 5};
    Trainer<Denoiser, ThrustCpp, AdamW> expected(options);
    Trainer<Denoiser, Recorded, AdamW> trainer(options);
    const int before = kernels::GraphCache<Recorded>::replays;
    for (int step = 0; step < steps; ++step) {
        const auto x = batch<Shape<4>>(5, step);
        CHECK(expected.step(x).error == trainer.step(x).get().error);
    }
    CHECK(kernels::GraphCache<Recorded>::replays == before + steps - 2);
    CHECK(same_bits(values(expected.model()), values(trainer.model())));
    CHECK(same_bits(values(expected.average()), values(trainer.average())));
}

TEST_CASE("losses are read before two other steps are called") {
    Trainer<VAE<12, 8, 3>, Recorded> trainer({.batch = 2});
    const auto x = batch<Shape<12>>(2, 0);
    const auto first = trainer.step(x), second = trainer.step(x);
    const float before = first.get().kl;
    CHECK(first.get().kl == before);
    trainer.step(x);
    CHECK(second.get().reconstruction > 0);
    CHECK_THROWS_WITH_AS(static_cast<void>(first.get()),
                         "Pending: losses of step: found 3, expected read before two other steps are called", Error);
}
