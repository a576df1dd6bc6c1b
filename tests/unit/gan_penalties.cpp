// GANs with a loss of pairs and with gradient penalties: the step, its gradients, its resumption, and what it teaches.
#include <doctest/doctest.h>
#include <omp.h>

#include <cmath>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/data.hpp"
#include "genotype/tangents.hpp"
#include "support/devices.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

using G = Sequential<Linear<3, 16>, SiLU, Linear<16, 32>, Reshape<2, 4, 4>>;
using D = Sequential<Conv<2, 4, 3, 1, 1, Bias>, GroupNorm<2, 4>, SiLU, Conv<4, 4, 3, 1, 1, Bias>, LeakyReLU<0.2f>,
                     Flatten, Linear<64, 1>>;
using Straight = Sequential<Sequential<Conv<2, 6, 3, 1, 1, Bias>, LeakyReLU<0.2f>>, Conv<6, 4, 4, 2, 1>, ReLU,
                            AvgPool<2, 1>, Flatten, Linear<4, 5>, LeakyReLU<0.1f>, Linear<5, 1>>;
using Dropping = Sequential<Flatten, Linear<32, 16>, LeakyReLU<0.2f>, Dropout<0.3f>, Linear<16, 1>>;
using Image = Shape<2, 4, 4>;
using Noise = Shape<3>;
constexpr int batch = 5;

template <ShapeType S>
Tensor<S> draw(std::uint64_t seed, int count = batch) {
    Tensor<S> x(count);
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
template <class Trained>
std::vector<Values> state(Trained& trainer) {
    return {values(trainer.generator().parameters), values(trainer.discriminator().parameters)};
}

using Game = double (*)(double real, double fake);
double game_of(const Relativistic&, double x, double y) {
    return std::log1p(std::exp(y - x));
}
double game_of(const BCEWithLogits&, double x, double y) {
    return std::log1p(std::exp(-x)) + std::log1p(std::exp(y));
}
double game_of(const Wasserstein&, double x, double y) {
    return y - x;
}

/// D's losses of a step, worked out from outputs and first-order gradients alone: the loss of pairs, and R1 and R2.
template <class Judge>
double objective(Model<Judge>& model, const View<Image>& fake, GradientPenalties strengths, Game game) {
    const auto judge = [&](const View<Image>& x, Tensor<Image>& gradient) {
        Workspace<Judge, Image, Training> run(x.batch);
        const auto y = run.forward(model, x);
        const Values outputs(y.data, y.data + y.batch);
        Tensor<Shape<1>> ones(x.batch);
        for (float& one : ones.values()) one = 1;
        run.backward(model, x, ones, {.input_gradient = gradient});
        return outputs;
    };
    Tensor<Image> at_real(batch), at_fake(batch);
    const Values on_real = judge(real, at_real), on_fake = judge(fake, at_fake);
    double loss = 0;
    for (std::size_t i = 0; i < batch; ++i)
        loss += game(static_cast<double>(on_real[i]), static_cast<double>(on_fake[i]));
    for (const float g : at_real.values()) loss += static_cast<double>(strengths.real) / 2 * g * g;
    for (const float g : at_fake.values()) loss += static_cast<double>(strengths.fake) / 2 * g * g;
    if (strengths.between != 0) {
        // With the draws that the trainer of seed 4 makes in its first step.
        Tensor<Shape<1>> t(batch);
        fill_uniform(Reference{}, batch, RandomState{.seed = 4, .stream = streams::layers}, 0, 1, t.data());
        Tensor<Image> x(batch), gradient(batch);
        for (long i = 0; i < x.size(); ++i)
            x.data()[i] =
                fake.data[i] + t.values()[static_cast<std::size_t>(i / Image::count)] * (real.data()[i] - fake.data[i]);
        judge(x, gradient);
        for (int n = 0; n < batch; ++n) {
            double square = 0;
            for (long i = 0; i < Image::count; ++i)
                square += std::pow(static_cast<double>(gradient.data()[n * Image::count + i]), 2);
            loss += static_cast<double>(strengths.between) * std::pow(std::sqrt(square) - 1, 2);
        }
    }
    return loss / batch;
}

// One optimiser for all, of which these tests say nothing.
template <class Loss, class Judge = D>
using Trained = Trainer<GAN<G, Judge, Loss>, TestedDevice, SGD>;
constexpr SGD fast{.learning_rate = 0.05f};

/// What D's gradients of a step are, against central differences of the objective, for every ninth parameter, of others
/// each time.
template <class Loss, class Judge = D>
void expect_gradients(GradientPenalties strengths, int accumulate = 1) {
    const Game game = [](double x, double y) { return game_of(Loss{}, x, y); };
    Trained<WithPenalty<Loss>, Judge> trainer({.generator = {.learning_rate = 0},
                                               .discriminator = {.learning_rate = 0},
                                               .accumulate = accumulate,
                                               .batch = batch,
                                               .seed = 4,
                                               .penalty = strengths});
    const GanLosses losses = trainer.step(real, noise);
    Workspace<G, Noise, Training> generator_run(batch);
    const View<Image> fake = generator_run.forward(trainer.generator(), noise);
    Model<Judge> model(Seed{5});
    REQUIRE(values(model.parameters) == values(trainer.discriminator().parameters));
    CHECK(static_cast<double>(losses.discriminator + losses.penalty) ==
          doctest::Approx(objective(model, fake, strengths, game)).epsilon(1e-5));
    const Values found = values(trainer.discriminator_gradients());
    double largest = 0, difference = 0;
    long compared = 0;
    static std::size_t times = 0;
    for (std::size_t i = times++ % 9; i < found.size(); i += 9) {
        float& parameter = model.parameters.data()[i];
        const float before = parameter;
        const auto moved = [&](float step) {
            parameter = before + step;
            model.prepare();
            return objective(model, fake, strengths, game);
        };
        const auto slope = [&](float step) {
            return (moved(step) - moved(-step)) / (static_cast<double>(before + step) - (before - step));
        };
        const double near = slope(5e-4f), far = slope(1e-3f);
        parameter = before;
        largest = std::max(largest, std::abs(near));
        // |dD/dx| jumps where a value before LeakyReLU passes 0: there is no difference quotient.
        if (std::abs(near - far) > 4e-3 * (1 + std::abs(near))) continue;
        ++compared;
        difference = std::max(difference, std::abs(near - static_cast<double>(found[i])));
    }
    CHECK(compared > static_cast<long>(found.size()) * 8 / 90);
    CHECK(difference < 6e-3 * std::max(1., largest));
}

}  // namespace

TEST_CASE("gradients of the loss of pairs and of R1 and R2 are those of differences") {
    expect_gradients<Relativistic>({});
    expect_gradients<Relativistic>({.real = 2});
    expect_gradients<Relativistic>({.fake = 3});
    expect_gradients<Relativistic>({.real = 2, .fake = 3});
    expect_gradients<BCEWithLogits>({.real = 2});
    expect_gradients<BCEWithLogits>({.fake = 3});
    expect_gradients<BCEWithLogits>({});
    expect_gradients<Wasserstein>({.between = 10});
    expect_gradients<Relativistic>({.real = 1, .between = 1});
}

TEST_CASE("so are those of the short form, which a discriminator of linear maps and ReLUs takes") {
    static_assert(detail::piecewise_linear<Straight> && !detail::piecewise_linear<D>);
    expect_gradients<Relativistic, Straight>({.real = 2, .fake = 3}, 2);
    expect_gradients<Relativistic, Straight>({.real = 2, .between = 1});
    expect_gradients<Relativistic, Straight>({.fake = 3});
    expect_gradients<BCEWithLogits, Straight>({.real = 2, .fake = 3});
    expect_gradients<BCEWithLogits, Straight>({.fake = 3});
}

TEST_CASE("in micro-batches the gradients are the same") {
    expect_gradients<Relativistic>({.real = 2, .fake = 3}, 2);
    expect_gradients<BCEWithLogits>({.real = 2}, 3);
}

TEST_CASE_TEMPLATE("steps have the same bits on one thread and on several", Judge, D, Straight) {
    const auto run_on = [](int threads) {
        omp_set_num_threads(threads);
        Trained<WithPenalty<Relativistic>, Judge> trainer({.generator = fast,
                                                           .discriminator = fast,
                                                           .batch = 40,
                                                           .seed = 4,
                                                           .penalty = {.real = 1, .fake = 2, .between = 3}});
        const Tensor<Image> many = draw<Image>(6, 40);  // shared out to threads
        for (int step = 0; step < 3; ++step) trainer.step(many);
        return state(trainer);
    };
    const int before = omp_get_max_threads();
    const auto one = run_on(1), two = run_on(2), three = run_on(3);
    omp_set_num_threads(before);
    CHECK(one == two);
    CHECK(one == three);
}

TEST_CASE("a resumed training goes on to the bit, draws of layers and of places between included") {
    using Net = Trained<WithPenalty<Relativistic>, Dropping>;
    const GanOptions<SGD> options{.generator = fast,
                                  .discriminator = fast,
                                  .average = 0.9f,
                                  .batch = batch,
                                  .seed = 4,
                                  .penalty = {.real = 1, .fake = 2, .between = 3}};
    ImageData images;
    images.count = 10;
    images.height = images.width = 4;
    images.channels = 2;
    for (int i = 0; i < 10 * 32; ++i) images.bytes.push_back(static_cast<std::uint8_t>(i * 37 % 251));
    const Dataset<Image> data(images, {0, 1});
    const auto loader = [&] { return Loader<Image>(data, {.batch = batch, .seed = 3}); };
    TemporaryFolder folder;
    auto whole_loader = loader(), other_loader = loader();
    Net whole(options), other(options);
    for (int step = 0; step < 3; ++step) whole.step(whole_loader.next());
    whole.save(folder / "half", whole_loader);
    for (int step = 0; step < 3; ++step) whole.step(whole_loader.next());
    other.resume(folder / "half", other_loader);
    for (int step = 0; step < 3; ++step) other.step(other_loader.next());
    CHECK(state(whole) == state(other));

    GanOptions<SGD> weaker = options;
    weaker.penalty.fake = 1;
    Net another(weaker);
    CHECK_THROWS_WITH_AS(another.resume(folder / "half", other_loader), doctest::Contains("penalty.fake"), Error);
}

TEST_CASE("options that a GAN cannot have") {
    using Plain = Trained<Hinge>;
    using Smooth = Trained<BCEWithLogits>;
    using Penalized = Trained<WithPenalty<Hinge>>;
    CHECK_THROWS_WITH_AS(Plain({.penalty = {.real = 1}}), doctest::Contains("unless the loss is WithPenalty"), Error);
    CHECK_THROWS_WITH_AS(Penalized({.penalty = {.fake = -1}}), doctest::Contains("penalty: found -1"), Error);
    CHECK_THROWS_WITH_AS(Plain({.real_label = 0.9f}), doctest::Contains("no binary cross-entropy"), Error);
    CHECK_THROWS_WITH_AS(Penalized({.real_label = 0.9f}), doctest::Contains("no binary cross-entropy"), Error);
    CHECK_THROWS_WITH_AS(Smooth({.real_label = 1.5f}), doctest::Contains("at most 1"), Error);
    CHECK_THROWS_WITH_AS(Smooth({.real_label = 0}), doctest::Contains("above 0"), Error);
    CHECK_THROWS_WITH_AS(Penalized({.discriminator_steps = 0}), doctest::Contains("discriminator_steps: found 0"),
                         Error);
    Trained<BCE, Sequential<D, Sigmoid>>({.real_label = 0.9f});
}

TEST_CASE_TEMPLATE("a smoothed label of real samples is what BCE is taken against", Loss, BCEWithLogits,
                   WithPenalty<BCEWithLogits>) {
    const auto loss_at = [](float label) {
        GanOptions<SGD> options{.batch = batch, .seed = 4, .real_label = label};
        if (!std::is_same_v<Loss, BCEWithLogits>) options.penalty.real = 1;
        Trained<Loss> trainer(options);
        return trainer.step(real, noise);
    };
    const GanLosses sharp = loss_at(1), smooth = loss_at(0.75f);
    // BCE is linear in its target: (1 - t) y more.
    CHECK(std::abs(sharp.real_output) > 0.01f);
    CHECK(smooth.discriminator - sharp.discriminator == doctest::Approx(0.25f * sharp.real_output).epsilon(1e-4));
}

TEST_CASE("without strengths a penalized step is the plain one, and one of pairs that of its own recipe") {
    const auto run = []<class Loss>(Loss) {
        Trained<Loss> trainer({.generator = fast, .discriminator = fast, .batch = batch, .seed = 4});
        for (int step = 0; step < 3; ++step) trainer.step(real);
        return state(trainer);
    };
    CHECK(run(Hinge{}) == run(WithPenalty<Hinge>{}));
    const auto pairs = run(Relativistic{}), also = run(WithPenalty<Relativistic>{});
    for (std::size_t net = 0; net < 2; ++net)
        for (std::size_t i = 0; i < pairs[net].size(); ++i)
            CHECK(pairs[net][i] == doctest::Approx(also[net][i]).epsilon(1e-3));
}

struct kind : Given<Class<3>> {};

namespace {

/// The mean of |dD/dx|^2 at the real samples, by a run of D with these inputs or these draws.
template <class Judge, class... More>
double mean_square(const More&... more) {
    Model<Judge> model(Seed{5});
    Workspace<Judge, Image, Training> run(batch);
    run.forward(model, real, more...);
    Tensor<Shape<1>> ones(batch);
    for (float& one : ones.values()) one = 1;
    Tensor<Image> gradient(batch);
    run.backward(model, real, ones, {.input_gradient = gradient});
    double square = 0;
    for (const float g : gradient.values()) square += static_cast<double>(g) * g / batch;
    return square;
}

}  // namespace

TEST_CASE("labels reach the tangents") {
    using Labelled = Sequential<Flatten, Linear<32, 8>, SiLU, Project<kind, 3, 8>>;
    Trained<WithPenalty<Relativistic>, Labelled> trainer({.batch = batch, .seed = 4, .penalty = {.real = 2}});
    const std::vector<int> kinds{2, 0, 1, 2, 0};
    Tensor<Class<3>> labels(batch), others(batch);
    for (int n = 0; n < batch; ++n) labels.data()[n] = static_cast<float>(kinds[static_cast<std::size_t>(n)]);
    const double wanted = mean_square<Labelled>(InputsOf<Labelled>{given<kind>(labels)});
    CHECK(trainer.step(real, kinds, noise).penalty == doctest::Approx(wanted).epsilon(1e-5));
    CHECK(wanted != doctest::Approx(mean_square<Labelled>(InputsOf<Labelled>{given<kind>(others)})).epsilon(1e-2));
}

TEST_CASE("the tangent drops what the gradient dropped") {
    Trained<WithPenalty<Relativistic>, Dropping> trainer({.batch = batch, .seed = 4, .penalty = {.real = 2}});
    RandomState draws{.seed = 4, .stream = streams::layers};
    CHECK(trainer.step(real, noise).penalty == doctest::Approx(mean_square<Dropping>(&draws)).epsilon(1e-5));
}

namespace {

/// Mescheder's Dirac-GAN: real samples are 0, generated ones theta, D(x) = psi x. How far from rest it is in the end.
template <class Loss>
double dirac(GradientPenalties strengths) {
    using Point = Shape<1>;
    Trainer<GAN<Linear<1, 1>, Linear<1, 1, NoBias>, WithPenalty<Loss>>, TestedDevice, SGD> trainer(
        {.generator = {.learning_rate = 0.1f},
         .discriminator = {.learning_rate = 0.1f},
         .batch = 2,
         .penalty = strengths});
    float* const psi = trainer.discriminator().parameters.data();
    float* const theta = trainer.generator().parameters.data() + parameter_offset<Linear<1, 1>>(1);
    *psi = 1;
    *theta = 1;
    trainer.generator().prepare();
    trainer.discriminator().prepare();
    const Tensor<Point> zeros(2);
    for (int step = 0; step < 1000; ++step) trainer.step(zeros, zeros);
    return std::hypot(static_cast<double>(*psi), static_cast<double>(*theta));
}

}  // namespace

TEST_CASE("the Dirac-GAN comes to rest with R1 or R2, and circles without") {
    CHECK(dirac<Relativistic>({}) > 0.1);  // slower than any power of a number below 1
    CHECK(dirac<Wasserstein>({}) > 0.5);
    CHECK(dirac<Relativistic>({.real = 1}) < 1e-3);
    CHECK(dirac<Relativistic>({.fake = 1}) < 1e-3);
    CHECK(dirac<BCEWithLogits>({.real = 0.5f, .fake = 0.5f}) < 1e-3);
    CHECK(dirac<Wasserstein>({.real = 1}) < 1e-3);
}
