// A GAN's step: what it runs, in which order, with which gradients and options.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/genotype.hpp"
#include "support/devices.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

using G = Sequential<Linear<3, 6>, BN<6>, ReLU, Linear<6, 4>, Tanh>;
using D = Sequential<Linear<4, 8>, BN<8>, LeakyReLU<0.2f>, Linear<8, 1>>;
using Net = GAN<G, D, BCEWithLogits>;
using Noise = Shape<3>;
using Image = Shape<4>;
constexpr int batch = 5;

template <ShapeType S>
Tensor<S> draw(std::uint64_t seed) {
    Tensor<S> x(batch);
    fill_normal(Reference{}, x.size(), RandomState{.seed = seed}, x.data());
    return x;
}
const Tensor<Image> real = draw<Image>(1);
const Tensor<Noise> noise = draw<Noise>(2);

using Values = std::vector<float>;
template <class Holder>
Values values(const Holder& holder) {
    return {holder.data(), holder.data() + holder.size()};
}

/// The largest difference, of the largest value.
double distance(const Values& left, const Values& right) {
    REQUIRE(left.size() == right.size());
    double largest = 1e-6, difference = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(right[i])));
        difference = std::max(difference, std::abs(static_cast<double>(left[i]) - right[i]));
    }
    return difference / largest;
}

std::int32_t batches_tracked(const float* buffers) {
    std::int32_t count = 0;
    for_each_tensor<D, detail::Owned::buffers>([&](const std::string& name, const Parameter&, long offset) {
        if (name.ends_with("num_batches_tracked")) std::memcpy(&count, buffers + offset, sizeof count);
    });
    return count;
}

/// The same step put together by hand from runs of the two models.
template <class Device>
struct ByHand {
    Model<G, Device> generator{Seed{4}};
    Model<D, Device> discriminator{Seed{5}};
    Workspace<G, Noise, Training, Device> generator_run{batch};
    Workspace<D, Image, Training, Device> discriminator_run{batch};
    float loss_real = 0, loss_fake = 0, loss_generator = 0;
    Values discriminator_gradients, generator_gradients;

    template <class Loss>
    Tensor<Shape<1>> judge(View<Image> images, Loss evaluate, float* loss) {
        const auto answers = discriminator_run.forward(discriminator, images);
        Tensor<Shape<1>> gradient(batch);
        evaluate(Device{}, LossCall{.prediction = answers, .value = loss, .gradient = gradient});
        return gradient;
    }

    void step() {
        const auto on_real = [](auto device, const LossCall& call) { BCEWithLogits::discriminator_real(device, call); };
        const auto on_fake = [](auto device, const LossCall& call) { BCEWithLogits::discriminator_fake(device, call); };
        const auto raise = [](auto device, const LossCall& call) { BCEWithLogits::generator(device, call); };

        Gradients<D, Device> of_real, of_fake;
        auto derivative = judge(real, on_real, &loss_real);
        discriminator_run.backward(discriminator, real, derivative, {.gradients = of_real});
        const auto fake = generator_run.forward(generator, noise);
        derivative = judge(fake, on_fake, &loss_fake);
        discriminator_run.backward(discriminator, fake, derivative, {.gradients = of_fake});
        for (long i = 0; i < of_real.size(); ++i) of_real.data()[i] += of_fake.data()[i];
        discriminator_gradients = values(of_real);
        Optimized<D, Device> discriminator_optimizer(Adam{.learning_rate = 2e-4f});
        discriminator_optimizer.step(discriminator, of_real);

        Gradients<G, Device> of_generator;
        Tensor<Image> image_gradient(batch);
        derivative = judge(fake, raise, &loss_generator);
        discriminator_run.backward(discriminator, fake, derivative, {.input_gradient = image_gradient});
        generator_run.backward(generator, noise, image_gradient, {.gradients = of_generator});
        generator_gradients = values(of_generator);
        Optimized<G, Device> generator_optimizer(Adam{.learning_rate = 2e-4f});
        generator_optimizer.step(generator, of_generator);
    }
};

}  // namespace

TEST_CASE_TEMPLATE("a step is PyTorch's: D on real, D on fake, D's update, G through the new D", Device,
                   GENOTYPE_TESTED_DEVICES) {
    Trainer<Net, Device> trainer({.batch = batch, .seed = 4});
    ByHand<Device> by_hand;
    const auto discriminator_before = trainer.discriminator().parameters.clone();
    REQUIRE(values(by_hand.discriminator.parameters) == values(discriminator_before));
    by_hand.step();
    const GanLosses losses = trainer.step(real, noise);

    CHECK(losses.discriminator == doctest::Approx(by_hand.loss_real + by_hand.loss_fake));
    CHECK(losses.generator == doctest::Approx(by_hand.loss_generator));
    CHECK(distance(values(trainer.discriminator_gradients()), by_hand.discriminator_gradients) < 1e-5);
    CHECK(distance(values(trainer.generator_gradients()), by_hand.generator_gradients) < 1e-5);
    CHECK(distance(values(trainer.discriminator().parameters), values(by_hand.discriminator.parameters)) < 1e-5);
    CHECK(distance(values(trainer.generator().parameters), values(by_hand.generator.parameters)) < 1e-5);
    // The statistics too, with the third batch of the discriminator's: the generator's turn.
    CHECK(values(trainer.discriminator().buffers) == values(by_hand.discriminator.buffers));
    CHECK(values(trainer.generator().buffers) == values(by_hand.generator.buffers));
}

TEST_CASE("batch statistics are taken of each batch alone") {
    Trainer<Net> trainer({.batch = batch, .seed = 4});
    auto& discriminator = trainer.discriminator();
    // The first layer's outputs have these means; it is frozen, so that the third batch has those of the second.
    Model<Sequential<Linear<4, 8>>> first;
    HostMemory::copy(discriminator.parameters.data(), first.parameters.size(), first.parameters.data());
    first.prepare();
    const Model<G> generator(Seed{4});
    Workspace<G, Noise, Training> run(batch);
    Model<G> same(Seed{4});
    const auto fake = run.forward(same, noise);
    auto memory = first.workspace(batch);
    double expected[8] = {};
    for (const View<Image>& images : {real.view(), View<Image>(fake), View<Image>(fake)}) {
        const auto y = first(images, memory);
        for (int c = 0; c < 8; ++c) {
            double mean = 0;
            for (int n = 0; n < batch; ++n) mean += static_cast<double>(y(n, c)) / batch;
            expected[c] = 0.9 * expected[c] + 0.1 * mean;
        }
    }
    Trainer<Net, Cpu, SGD> frozen(
        {.generator = {.learning_rate = 0}, .discriminator = {.learning_rate = 0}, .batch = batch, .seed = 4});
    frozen.step(real, noise);
    for (int c = 0; c < 8; ++c)
        CHECK(frozen.discriminator().buffers.data()[c] == doctest::Approx(expected[c]).epsilon(1e-4));

    trainer.step(real, noise);
    CHECK(batches_tracked(discriminator.buffers.data()) == 3);
    std::int32_t of_generator = 0;
    std::memcpy(&of_generator, trainer.generator().buffers.data() + buffer_offset<BN<6>>(2), sizeof of_generator);
    CHECK(of_generator == 1);
}

TEST_CASE("the outputs that are reported are D's averages") {
    Trainer<Net, Reference> trainer({.batch = batch, .seed = 4});
    ByHand<Reference> by_hand;
    const auto answers = by_hand.discriminator_run.forward(by_hand.discriminator, View<Image>(real));
    double mean = 0;
    for (const float answer : answers.values()) mean += static_cast<double>(answer) / batch;
    CHECK(trainer.step(real, noise).real_output == doctest::Approx(mean));
}

TEST_CASE("schedule and clipping reach both sides") {
    const auto moved = [](auto options) {
        Trainer<Net, Cpu, SGD> trainer(options);
        const Values g = values(trainer.generator().parameters), d = values(trainer.discriminator().parameters);
        trainer.step(real, noise);
        double lengths[2] = {};
        const Values g_after = values(trainer.generator().parameters),
                     d_after = values(trainer.discriminator().parameters);
        for (std::size_t i = 0; i < g.size(); ++i) lengths[0] += std::pow(static_cast<double>(g_after[i]) - g[i], 2);
        for (std::size_t i = 0; i < d.size(); ++i) lengths[1] += std::pow(static_cast<double>(d_after[i]) - d[i], 2);
        return std::pair{std::sqrt(lengths[0]), std::sqrt(lengths[1])};
    };
    GanOptions<SGD> options{
        .generator = {.learning_rate = 1}, .discriminator = {.learning_rate = 1}, .batch = batch, .seed = 4};
    const auto plain = moved(options);
    options.schedule = Schedule::linear_warmup(4);
    const auto warm = moved(options);
    CHECK(warm.second == doctest::Approx(plain.second / 4).epsilon(1e-3));
    // The generator's gradient comes through another discriminator, so its length is only near a quarter.
    CHECK(warm.first < 0.5 * plain.first);
    CHECK(warm.first > 0.1 * plain.first);
    options.schedule = {};
    options.clip_norm = 0.01f;
    const auto clipped = moved(options);
    CHECK(plain.first > 0.02);
    CHECK(plain.second > 0.02);
    CHECK(clipped.first == doctest::Approx(0.01).epsilon(1e-2));
    CHECK(clipped.second == doctest::Approx(0.01).epsilon(1e-2));
}

TEST_CASE("noise comes from the seed, and anew each step") {
    Trainer<Net> one({.batch = batch, .seed = 4}), same({.batch = batch, .seed = 4}),
        given({.batch = batch, .seed = 4});
    Tensor<Noise> drawn(batch);
    RandomState random{.seed = 4, .stream = streams::noise};
    for (int step = 0; step < 3; ++step) {
        fill_normal(Cpu{}, drawn.size(), random.take(drawn.size()), drawn.data());
        const float loss = one.step(real).generator;
        CHECK(loss == same.step(real).generator);
        CHECK(loss == given.step(real, drawn).generator);
    }
    CHECK(values(one.generator().parameters) == values(given.generator().parameters));
}

TEST_CASE("batches that do not fit") {
    Trainer<Net> trainer({.batch = 4});
    CHECK_THROWS_WITH_AS(trainer.step(real), "Workspace: batch: found 5, expected 1 to its capacity of 4", Error);
    CHECK_THROWS_WITH_AS(trainer.step(real, noise), "Workspace: batch: found 5, expected 1 to its capacity of 4",
                         Error);
    CHECK_THROWS_WITH_AS(trainer.step(real.view().slice(0, 0)),
                         "Workspace: batch: found 0, expected 1 to its capacity of 4", Error);
    CHECK_THROWS_WITH_AS(trainer.step(real.view().slice(0, 4), noise),
                         "Trainer::step: batch of noise: found 5, expected 4", Error);
    CHECK_THROWS_WITH_AS(trainer.step(Tensor<Image>(400)),
                         "Workspace: batch: found 400, expected 1 to its capacity of 4", Error);
    CHECK_NOTHROW(trainer.step(real.view().slice(0, 2)));
    CHECK_THROWS_AS(Trainer<Net>({.batch = 0}), Error);
}

namespace {

template <class Loss, class Device, class Optimizer, class Judge = D>
void expect_progress(float rate) {
    Trainer<GAN<G, Judge, Loss>, Device, Optimizer> trainer({.generator = {.learning_rate = rate / 100},
                                                             .discriminator = {.learning_rate = rate},
                                                             .batch = batch,
                                                             .seed = 4});
    const GanLosses first = trainer.step(real);
    GanLosses last;
    for (int step = 0; step < 30; ++step) last = trainer.step(real);
    CHECK(std::isfinite(first.discriminator));
    CHECK(last.discriminator < first.discriminator);
    CHECK(last.real_output > last.fake_output);
}

}  // namespace

TEST_CASE("other losses, optimisers and devices") {
    expect_progress<Hinge, Cpu, Adam>(0.01f);
    expect_progress<MSE, Cpu, RMSprop>(0.01f);
    expect_progress<BCE, Cpu, AdamW, Sequential<D, Sigmoid>>(0.01f);
    expect_progress<BCEWithLogits, Reference, SGD>(0.1f);
}

TEST_CASE_TEMPLATE("issue 17.5: a batch with a value that is no number is refused, and nothing changes", Device,
                   GENOTYPE_TESTED_DEVICES) {
    Trainer<Net, Device> trainer({.batch = batch, .seed = 4}), other({.batch = batch, .seed = 4});
    for (const float value : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        Tensor<Image> wrong(batch);
        wrong.data()[Image::count + 2] = value;
        CHECK_THROWS_WITH_AS(trainer.step(wrong), doctest::Contains("Trainer: batch: value 2 of sample 1: found"),
                             Error);
        CHECK_THROWS_WITH_AS(trainer.step(wrong, noise), doctest::Contains("expected a finite number"), Error);
    }
    CHECK(trainer.steps() == 0);
    CHECK(trainer.step(real).generator == other.step(real).generator);
}

// A conditional GAN: both networks read the class.
namespace {

struct kind : Given<Class<3>> {};
struct condition : Name {};
using LabelledG =
    Sequential<Let<condition, Of<kind>, Embedding<3, 4>>, Concat<condition, 4>, Linear<7, 12>, ReLU, Linear<12, 4>>;
using LabelledD = Sequential<Linear<4, 12>, LeakyReLU<0.2f>, Project<kind, 3, 12>>;
using LabelledNet = GAN<LabelledG, LabelledD, BCEWithLogits>;
const std::vector<int> kinds{2, 0, 1, 2, 0};

/// What a loader gives.
struct LabelledImages {
    View<Image> samples;
    std::span<const int> labels;
};

}  // namespace

TEST_CASE_TEMPLATE("issue 18.7: labels reach both networks of a GAN, each with its samples", Device,
                   GENOTYPE_TESTED_DEVICES) {
    using Kind = Trainer<LabelledNet, Device>;
    Kind trainer({.batch = batch, .seed = 4});
    Model<LabelledG, Device> generator(Seed{4});
    Model<LabelledD, Device> discriminator(Seed{5});
    Workspace<LabelledG, Noise, Training, Device> generator_run(batch);
    Workspace<LabelledD, Image, Training, Device> discriminator_run(batch);
    Tensor<Class<3>> labels(batch);
    for (int n = 0; n < batch; ++n) labels(n, 0) = static_cast<float>(kinds[static_cast<std::size_t>(n)]);
    const auto judge = [&](View<Image> images, float target, float* loss, Tensor<Shape<1>>& gradient) {
        const auto told = discriminator_run.forward(discriminator, images, {given<kind>(labels)});
        BCEWithLogits::evaluate(Device{},
                                LossCall{.prediction = told, .constant = target, .value = loss, .gradient = gradient});
    };
    float losses[3] = {};
    Tensor<Shape<1>> dy(batch);
    Tensor<Image> dx(batch);
    Gradients<LabelledD, Device> of_discriminator;
    judge(real, 1, losses, dy);
    discriminator_run.backward(discriminator, real, dy, {.gradients = of_discriminator});
    const auto fake = generator_run.forward(generator, noise, {given<kind>(labels)});
    judge(fake, 0, losses + 1, dy);
    discriminator_run.backward(discriminator, fake, dy, {.gradients = of_discriminator, .accumulate = true});
    Optimized<LabelledD, Device> optimizer(Adam{.learning_rate = 2e-4f});
    optimizer.step(discriminator, of_discriminator);
    judge(fake, 1, losses + 2, dy);
    Gradients<LabelledG, Device> of_generator;
    discriminator_run.backward(discriminator, fake, dy, {.input_gradient = dx});
    generator_run.backward(generator, noise, dx, {.gradients = of_generator});

    const GanLosses found = trainer.step(real, kinds, noise);
    CHECK(found.discriminator == losses[0] + losses[1]);
    CHECK(found.generator == losses[2]);
    CHECK(values(trainer.discriminator_gradients()) == values(of_discriminator));
    CHECK(values(trainer.generator_gradients()) == values(of_generator));

    // In micro-batches each sample still has its own label.
    Kind cut({.accumulate = 3, .batch = batch, .seed = 4});
    const GanLosses other = cut.step(real, kinds, noise);
    CHECK(other.discriminator == doctest::Approx(found.discriminator));
    CHECK(distance(values(cut.generator_gradients()), values(of_generator)) < 1e-4);
}

TEST_CASE("issue 18.7: a conditional GAN learns what belongs to each class") {
    constexpr int count = 96;
    Tensor<Image> images(count);
    std::vector<int> labels(count);
    fill_normal(Cpu{}, images.size(), RandomState{.seed = 8}, images.data());
    for (int n = 0; n < count; ++n) {
        labels[static_cast<std::size_t>(n)] = n % 3;
        for (int axis = 0; axis < 4; ++axis)
            images(n, axis) = 0.2f * images(n, axis) + static_cast<float>(axis == n % 3);
    }
    Trainer<LabelledNet> trainer({.generator = {.learning_rate = 5e-3f, .beta1 = 0.5f},
                                  .discriminator = {.learning_rate = 5e-3f, .beta1 = 0.5f},
                                  .average = 0.98f,
                                  .batch = count,
                                  .seed = 1});
    for (int step = 0; step < 500; ++step) trainer.step(LabelledImages{images, labels});
    const auto generator = trainer.average_generator();
    const auto z = normal<Noise>(60, Seed{9});
    for (int wanted = 0; wanted < 3; ++wanted) {
        Tensor<Class<3>> all(60);
        for (int n = 0; n < 60; ++n) all(n, 0) = static_cast<float>(wanted);
        const auto drawn = generator(z, {given<kind>(all)});
        for (int axis = 0; axis < 4; ++axis) {
            float mean = 0;
            for (int n = 0; n < 60; ++n) mean += drawn(n, axis) / 60;
            INFO("class " << wanted << ", axis " << axis);
            CHECK(std::abs(mean - static_cast<float>(axis == wanted)) < 0.35f);
        }
    }
}

TEST_CASE("issue 18.7: labels that do not fit a GAN's batch, and nothing has changed") {
    Trainer<LabelledNet> trainer({.batch = batch, .seed = 4}), other({.batch = batch, .seed = 4});
    const auto refusal = [&](std::vector<int> labels) { return error_of([&] { trainer.step(real, labels); }); };
    CHECK(refusal({0, 1}) == "Trainer: number of labels: found 2, expected 5, one for each sample of the batch");
    CHECK(refusal({0, 1, 2, 3, 0}) ==
          "Trainer: label of sample 3: found 3, expected one of the network's classes, 0 to 2");
    CHECK(error_of([&] {
              trainer.step(real, std::vector<int>{0, 0, -1, 0, 0}, noise);
          }) == "Trainer: label of sample 2: found -1, expected one of the network's classes, 0 to 2");
    CHECK(trainer.steps() == 0);
    CHECK(trainer.step(real, kinds).generator == other.step(real, kinds).generator);
}

TEST_CASE("issue 20.2: of n discriminator steps the last is the generator's too") {
    const auto made = [](int steps, float generator_rate) {
        return Trainer<Net, TestedDevice, SGD>({.generator = {.learning_rate = generator_rate},
                                                .discriminator = {.learning_rate = 0.1f},
                                                .batch = batch,
                                                .seed = 4,
                                                .discriminator_steps = steps});
    };
    auto third = made(3, 0.1f), resting = made(1, 0);  // the same, but that its generator learns in none
    const Values before = values(third.generator().parameters);
    for (int step = 1; step <= 6; ++step) {
        const GanLosses found = third.step(real), wanted = resting.step(real);
        CHECK(third.steps() == step);
        if (step > 3) continue;
        CHECK(values(third.discriminator().parameters) == values(resting.discriminator().parameters));
        CHECK(found.discriminator == wanted.discriminator);
        CHECK(found.fake_output == wanted.fake_output);
        CHECK((values(third.generator().parameters) == before) == (step < 3));
        if (step < 3) continue;
        CHECK(found.generator == wanted.generator);
        CHECK(values(third.generator_gradients()) == values(resting.generator_gradients()));
    }
    CHECK(third.generator().parameters.data()[0] != before[0]);
}

TEST_CASE("issue 20.2: where the generator does not learn, its loss is that of the outputs there are") {
    const auto generator_loss = []<class Loss>(Loss, int steps, float rate) {
        Trainer<GAN<G, D, Loss>, TestedDevice, SGD> trainer({.generator = {.learning_rate = 0},
                                                             .discriminator = {.learning_rate = rate},
                                                             .batch = batch,
                                                             .seed = 4,
                                                             .discriminator_steps = steps});
        return trainer.step(real).generator;
    };
    // With a discriminator that does not learn, those before its update are those behind it.
    CHECK(generator_loss(BCEWithLogits{}, 2, 0.1f) == doctest::Approx(generator_loss(BCEWithLogits{}, 1, 0)));
    CHECK(generator_loss(Relativistic{}, 2, 0.1f) == doctest::Approx(generator_loss(Relativistic{}, 1, 0)));
    CHECK(generator_loss(BCEWithLogits{}, 1, 0.1f) != doctest::Approx(generator_loss(BCEWithLogits{}, 1, 0)));
}

TEST_CASE("issue 20.2: with n discriminator steps each side's optimiser counts its own, and a resumed one goes on") {
    using Noised = GAN<G, D, Wasserstein>;
    const GanOptions<Adam> options{
        .generator = {.learning_rate = 1e-2f}, .average = 0.9f, .batch = batch, .seed = 4, .discriminator_steps = 3};
    Trainer<Noised, TestedDevice> whole(options), other(options);
    const Values before = values(whole.generator().parameters);
    for (int step = 0; step < 3; ++step) whole.step(real);
    // Adam's first update is by the rate, whatever the gradient is.
    const Values after = values(whole.generator().parameters), gradients = values(whole.generator_gradients());
    for (std::size_t i = 0; i < after.size(); ++i)
        if (std::abs(gradients[i]) > 1e-4f)
            CHECK(std::abs(after[i] - before[i]) == doctest::Approx(1e-2f).epsilon(1e-2));
    CHECK(values(whole.average_generator().parameters) == after);
    for (int step = 0; step < 4; ++step) whole.step(real);  // two generator's steps, and one of three
    TemporaryFolder folder;
    whole.save(folder / "between");
    other.resume(folder / "between");
    CHECK(other.steps() == 7);
    for (int step = 0; step < 3; ++step) {
        whole.step(real);
        other.step(real);
    }
    CHECK(values(whole.generator().parameters) == values(other.generator().parameters));
    CHECK(values(whole.discriminator().parameters) == values(other.discriminator().parameters));
    CHECK(values(whole.average_generator().parameters) == values(other.average_generator().parameters));
    CHECK(values(whole.average_generator().parameters) != values(whole.generator().parameters));

    GanOptions<Adam> more = options;
    more.discriminator_steps = 5;
    Trainer<Noised, TestedDevice> another(more);
    CHECK_THROWS_WITH_AS(another.resume(folder / "between"), doctest::Contains("discriminator_steps"), Error);
    using Made = Trainer<Noised, TestedDevice>;
    CHECK_THROWS_WITH_AS(Made({.discriminator_steps = 0}), doctest::Contains("discriminator_steps: found 0"), Error);
}
