// A classifier's and a regression's step: they learn, they are measured, what they refuse; and a recipe of one's own.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/genotype.hpp"
#include "support/devices.hpp"
#include "support/kernel_arrays.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

using Net = Sequential<Linear<2, 16>, ReLU, Linear<16, 3>>;
using Point = Shape<2>;
constexpr int count = 60;

/// Three classes around three places.
struct Points {
    Points() {
        fill_normal(Cpu{}, x.size(), RandomState{.seed = 5}, x.data());
        for (int n = 0; n < count; ++n) {
            labels.push_back(n % 3);
            for (int axis = 0; axis < 2; ++axis)
                x(n, axis) = 0.3f * x(n, axis) + static_cast<float>(n % 3 == 0 ? 0 : n % 3 == axis + 1 ? 2 : -1);
        }
    }
    Tensor<Point> x{count};
    std::vector<int> labels;
};

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

/// What a loader gives.
struct Batch {
    using shape = Point;
    View<Point> samples;
    std::span<const int> labels;
    operator View<Point>() const { return samples; }
};

}  // namespace

TEST_CASE_TEMPLATE("issue 18.5: a classifier learns, and is measured", Device, GENOTYPE_TESTED_DEVICES) {
    const Points points;
    Trainer<Supervised<Net, CrossEntropy>, Device> trainer(
        {.optimizer = {.learning_rate = 0.02f}, .clip_norm = 5, .average = 0.9f, .batch = count});
    const ClassifierScore before = trainer.evaluate(points.x, points.labels);
    CHECK(before.accuracy < 0.9f);
    float loss = 0;
    for (int step = 0; step < 80; ++step) {
        const float now = trainer.step(Batch{points.x, points.labels});
        if (step == 0) CHECK(now == doctest::Approx(before.loss).epsilon(1e-5));
        loss = now;
    }
    const ClassifierScore after = trainer.evaluate(points.x, points.labels);
    CHECK(after.accuracy > 0.97f);
    CHECK(after.loss < loss);
    CHECK(trainer.evaluate(points.x, points.labels, trainer.average()).accuracy > 0.97f);
    CHECK(trainer.steps() == 80);
}

TEST_CASE_TEMPLATE("issue 18.5: a regression learns, and is measured", Device, GENOTYPE_TESTED_DEVICES) {
    const Points points;
    Tensor<Shape<3>> y(count);
    for (int n = 0; n < count; ++n)
        for (int axis = 0; axis < 3; ++axis) y(n, axis) = points.x(n, axis % 2) - static_cast<float>(axis);
    Trainer<Supervised<Net, MSE>, Device> trainer({.optimizer = {.learning_rate = 0.02f}, .batch = count});
    const float before = trainer.evaluate(points.x, y);
    for (int step = 0; step < 200; ++step) trainer.step(points.x, y);
    CHECK(trainer.evaluate(points.x, y) < 0.02f * before);
}

TEST_CASE("the gradient is that of the mean loss, in batches of any size") {
    const Points points;
    using Kind = Trainer<Supervised<Net, CrossEntropy>, Cpu, SGD>;
    Kind trainer({.optimizer = {.learning_rate = 0}, .batch = count, .seed = 2});
    const View<Point> x = points.x.view().slice(0, 7);
    const std::span<const int> labels(points.labels.data(), 7);
    trainer.step(x, labels);
    for (long i = 0; i < trainer.gradients().size(); i += 5) {
        float& value = trainer.model().parameters.data()[i];
        const float here = value;
        const auto loss_at = [&](float other) {
            value = other;
            trainer.model().prepare();
            return static_cast<double>(trainer.evaluate(x, labels).loss);
        };
        const double difference = (loss_at(here + 0.01f) - loss_at(here - 0.01f)) / 0.02;
        loss_at(here);
        CHECK(std::abs(difference - static_cast<double>(trainer.gradients().data()[i])) < 2e-3);
    }
}

TEST_CASE("accuracy takes the first of the largest outputs") {
    Trainer<Supervised<Sequential<Linear<2, 3>>, CrossEntropy>> trainer({.batch = 3});
    std::fill_n(trainer.model().parameters.data(), trainer.model().parameters.size(), 0.f);
    trainer.model().prepare();
    const std::vector<int> labels{0, 1, 0};
    const ClassifierScore score = trainer.evaluate(Tensor<Point>(3), labels);
    CHECK(score.accuracy == doctest::Approx(2.0 / 3));
    CHECK(score.loss == doctest::Approx(std::log(3.0)));
}

TEST_CASE("issue 18.5: what cannot be learnt from is refused, and nothing has changed") {
    const Points points;
    Trainer<Supervised<Net, CrossEntropy>> trainer({.batch = 8});
    const View<Point> x = points.x.view().slice(0, 4);
    const Arena<Cpu> before = trainer.model().parameters.clone();
    const auto refusal = [&](View<Point> batch, std::vector<int> labels) {
        const std::string words = error_of([&] { trainer.step(batch, labels); });
        CHECK(error_of([&] { trainer.evaluate(batch, labels); }) == words);
        CHECK(std::equal(before.data(), before.data() + before.size(), trainer.model().parameters.data()));
        CHECK(trainer.steps() == 0);
        return words;
    };
    CHECK(refusal(x, {0, 1, 2}) == "Trainer: number of labels: found 3, expected 4, one for each sample of the batch");
    CHECK(refusal(x, {}) == "Trainer: number of labels: found 0, expected 4, one for each sample of the batch");
    CHECK(refusal(x, {0, 1, 3, 2}) ==
          "Trainer: label of sample 2: found 3, expected one of the network's classes, 0 to 2");
    CHECK(contains(refusal(x, {0, -1, 3, 2}), "label of sample 1: found -1"));
    CHECK(contains(refusal(points.x.view().slice(0, 9), std::vector<int>(9)), "batch: found 9, expected 1 to"));
    Tensor<Point> wrong(2);
    wrong(1, 0) = not_a_number;
    CHECK(contains(refusal(wrong, {0, 1}), "Trainer: batch: value 0 of sample 1: found nan"));

    using Probabilities = Supervised<Sequential<Linear<2, 3>, Sigmoid>, BCE>;
    Trainer<Probabilities> other({.batch = 8});
    Tensor<Shape<3>> y(4);
    y(2, 1) = 1.5f;
    CHECK(contains(error_of([&] { other.step(x, y); }),
                   "Trainer: targets: value 1 of sample 2: found 1.5, expected 0 to 1"));
    CHECK(error_of([&] { other.step(x, Tensor<Shape<3>>(3)); }) ==
          "Trainer: batch of targets: found 3, expected 4, that of the samples");
}

TEST_CASE("issue 18.5: a checkpoint of another recipe with the same network") {
    TemporaryFolder folder;
    const Points points;
    Trainer<Supervised<Net, CrossEntropy>> classifier({.batch = count});
    classifier.step(points.x, points.labels);
    classifier.save(folder / "file");
    Trainer<Supervised<Net, MSE>> regression({.batch = count});
    CHECK(contains(error_of([&] { regression.resume(folder / "file"); }),
                   "1 fault, and the model is as it was: \"genotype.option.loss\": found \"CrossEntropy\", expected "
                   "\"MSE\""));
    CHECK(regression.steps() == 0);
}

// A recipe in one file: a network that takes noise away again.
namespace {
template <Layer N>
struct Denoiser {
    using Network = N;
    using Sample = InputShape<N>;
    struct Losses {
        float error;
    };
    static constexpr long draws = Sample::count;

    template <class Step>
    static void step(Step& s) {
        const View<Sample> clean = s.batch();
        const auto noisy = s.compute(kernels::Add{}, s.template normal<Sample>(), clean);
        s.template learn<MSE>(&Losses::error, s.run(noisy), clean);
    }
};

/// The same of a network that reads labels.
struct kind : Given<Class<3>> {};
template <Layer N>
struct LabelledDenoiser : Denoiser<N> {
    using Sample = typename Denoiser<N>::Sample;
    using Losses = typename Denoiser<N>::Losses;
    static constexpr int classes = 3;

    template <class Step>
    static void step(Step& s) {
        const View<Sample> clean = s.batch();
        const auto noisy = s.compute(kernels::Add{}, s.template normal<Sample>(), clean);
        s.template learn<MSE>(&Losses::error, s.run(noisy, {given<kind>(s.labels())}), clean);
    }
};
using Labelled =
    Sequential<Linear<2, 8>, Let<kind, Of<kind>, Embedding<3, 8>>, Modulate<kind, 8, 8>, ReLU, Linear<8, 2>>;

/// Asks for memory behind its loss, and has no Scratch.
struct DeviceResident {
    using Network = Sequential<Linear<4, 1>>;
    using Sample = Shape<4>;
    struct Losses {
        float error, size;
    };
    static constexpr long draws = 0;
    template <class Step>
    static void step(Step& s) {
        const auto y = s.run(s.batch());
        s.template learn<MSE>(&Losses::error, y, View<Shape<1>>{s.batch().data, s.size()});
        s.total(&Losses::size, s.compute(kernels::Identity{}, s.batch()));
    }
};
struct Summed {
    using Network = Sequential<Linear<2, 2>>;
    using Sample = Shape<2>;
    struct Losses {
        float error;
    };
    static constexpr long draws = 0;
    template <class Step>
    static void step(Step& s) {
        const auto y = s.run(s.batch());
        s.template backward<0>(s.template loss<MSE>(&Losses::error, y, s.batch(), {.reduction = Reduction::sum}));
    }
};
}  // namespace

TEST_CASE("issue 18.5: a recipe of one's own has checkpoints to the bit, clipping, a schedule and an average") {
    using Kind = Trainer<Denoiser<Sequential<Linear<4, 16>, ReLU, Dropout<0.1f>, Linear<16, 4>>>>;
    const RecipeOptions<Adam> options{.optimizer = {.learning_rate = 0.01f},
                                      .schedule = Schedule::cosine(30, 3),
                                      .clip_norm = 1,
                                      .average = 0.8f,
                                      .batch = 8,
                                      .seed = 4};
    const auto x = normal<Shape<4>>(8, Seed{1});
    TemporaryFolder folder;
    Kind whole(options), first(options), second(options);
    for (int step = 0; step < 9; ++step) whole.step(x);
    for (int step = 0; step < 4; ++step) first.step(x);
    // Looking changes nothing, and tells the same again.
    CHECK(first.evaluate(x).error == first.evaluate(x).error);
    CHECK(first.evaluate(x, first.average()).error != first.evaluate(x).error);
    first.save(folder / "half");
    second.step(x);
    second.resume(folder / "half");
    for (int step = 0; step < 5; ++step) second.step(x);
    whole.save(folder / "whole");
    second.save(folder / "resumed");
    CHECK((content_of(folder / "whole") == content_of(folder / "resumed")));
    const SafeTensors file(folder / "whole");
    CHECK(file.find("average.0.weight") != nullptr);
    // Numbers are drawn four at a time.
    CHECK(*detail::find_text(file.metadata(), "genotype.random.noise.position") == detail::concat(9 * x.size() / 4));
}

TEST_CASE_TEMPLATE("issue 18.5: a recipe's labels reach its network, its micro-batches are the whole batch", Device,
                   GENOTYPE_TESTED_DEVICES) {
    using Kind = Trainer<LabelledDenoiser<Labelled>, Device>;
    const Points points;
    Kind whole({.optimizer = {.learning_rate = 0.01f}, .batch = count});
    Kind cut({.optimizer = {.learning_rate = 0.01f},
              .accumulate = 7,
              .groups = {{.part = "0", .learning_rate = 0.01f}},
              .batch = count});
    float first = 0, last = 0;
    for (int step = 0; step < 60; ++step) {
        const typename Kind::Report one = whole.step(Batch{points.x, points.labels});
        const float error = typename LabelledDenoiser<Labelled>::Losses(one).error;
        if (step == 0) first = error;
        last = error;
        const auto other = cut.step(points.x, points.labels);
        if (step < 5)
            CHECK(typename LabelledDenoiser<Labelled>::Losses(other).error == doctest::Approx(error).epsilon(1e-4));
    }
    CHECK(last < 0.8f * first);

    CHECK(error_of([&] { whole.step(points.x, std::vector<int>(3)); }) ==
          "Trainer: number of labels: found 3, expected 60, one for each sample of the batch");
    std::vector<int> labels = points.labels;
    labels[4] = 3;
    CHECK(error_of([&] { whole.step(points.x, labels); }) ==
          "Trainer: label of sample 4: found 3, expected one of the recipe's classes, 0 to 2");
    CHECK(whole.steps() == 60);
}

TEST_CASE("issue 18.7: a checkpoint of another recipe, or of one with another network") {
    using Small = Sequential<Linear<4, 8>, ReLU, Linear<8, 4>>;
    using Large = Sequential<Linear<4, 9>, ReLU, Linear<9, 4>>;
    TemporaryFolder folder;
    Trainer<Denoiser<Small>>({.batch = 4}).save(folder / "file");
    Trainer<Denoiser<Large>> large({.batch = 4});
    CHECK(contains(error_of([&] { large.resume(folder / "file"); }), "the model is as it was"));
    Trainer<Supervised<Small, MSE>> regression({.batch = 4});
    CHECK(contains(error_of([&] { regression.resume(folder / "file"); }), "\"genotype.option.recipe\": found \""));
    CHECK(error_of([&] { large.average(); }) ==
          "Trainer: average of weights: found none, expected one, by the trainer's option .average, such as 0.999f");
}

namespace {
/// Computes more in its second step than in its first, and when the trainer was made.
struct Growing : Denoiser<Sequential<Linear<2, 2>>> {
    static constexpr long draws = 2;
    inline static int calls = 0;

    template <class Step>
    static void step(Step& s) {
        if (calls++ < 2)
            s.compute(kernels::Identity{}, s.template normal<Shape<1>>());
        else
            s.compute(kernels::Identity{}, s.template normal<Shape<2>>());
        s.template learn<MSE>(&Losses::error, s.run(s.batch()), s.batch());
    }
};
}  // namespace

TEST_CASE("issue 18.5: a recipe that computes more in a later step") {
    Trainer<Growing> trainer({.batch = 4});
    CHECK(Growing::calls == 1);
    const auto x = normal<Shape<2>>(4, Seed{1});
    trainer.step(x);
    CHECK_THROWS_WITH_AS(trainer.step(x), doctest::Contains("as in the first step"), Error);
}

// Recipes of two networks.
namespace {
/// An encoder and a decoder that learn together.
template <Layer E, Layer D>
struct Halves {
    using Networks = Nets<E, D>;
    enum { encoder, decoder };
    using Sample = InputShape<E>;
    using Inputs = Shapes<Sample, InputShape<D>>;
    struct Losses {
        float error;
    };
    static constexpr long draws = 0;
    static constexpr std::array prefixes{"encoder.", "decoder."};

    template <class Step>
    static void step(Step& s) {
        s.template learn<encoder, decoder>([&] {
            const auto told = s.template run<decoder>(s.template run<encoder>(s.batch()));
            float* const dz = s.template memory<InputShape<D>>();
            s.template backward<decoder>(s.template loss<MSE>(&Losses::error, told, s.batch()), dz);
            s.template backward<encoder>({dz, s.size()});
        });
    }
};
/// A student learns what a teacher tells of noisy samples; the teacher stays as it is.
template <Layer N>
struct Distilling {
    using Networks = Nets<N, N>;
    enum { student, teacher };
    using Sample = InputShape<N>;
    using Inputs = Shapes<Sample, Sample>;
    struct Losses {
        float error;
    };
    static constexpr long draws = Sample::count;
    static constexpr std::array prefixes{"student.", "teacher."};

    template <class Step>
    static void step(Step& s) {
        s.template learn<student>([&] {
            const auto x = s.compute(kernels::Add{}, s.template normal<Sample>(), s.batch());
            const auto wanted = s.template run<teacher>(x);
            s.template learn<MSE>(&Losses::error, s.template run<student>(x), wanted);
        });
    }
};
}  // namespace

TEST_CASE("issue 18.5: a recipe of two networks that learn together is the step of both as one") {
    using E = Sequential<Linear<4, 6>, Tanh>;
    using D = Sequential<Linear<6, 4>>;
    using Kind = Trainer<Halves<E, D>, Cpu, SGD>;
    const auto x = normal<Shape<4>>(7, Seed{1});
    const RecipeOptions<SGD> options{.optimizer = {.learning_rate = 0.1f}, .average = 0.8f, .batch = 7};
    Kind halves(options);
    Trainer<Supervised<Sequential<E, D>, MSE>, Cpu, SGD> whole(options);
    Arena<Cpu>& parameters = whole.model().parameters;
    const auto copy_to_whole = [&](const auto& part, long at) {
        std::copy_n(part.parameters.data(), part.parameters.size(), parameters.data() + at);
    };
    copy_to_whole(halves.model<0>(), 0);
    copy_to_whole(halves.model<1>(), halves.model<0>().parameters.size());
    whole.model().prepare();
    for (int step = 0; step < 5; ++step) CHECK(halves.step(x).error == doctest::Approx(whole.step(x, x)));
    for (long i = 0; i < halves.model<0>().parameters.size(); ++i)
        CHECK(halves.model<0>().parameters.data()[i] == doctest::Approx(parameters.data()[i]));
    CHECK(halves.average<1>().parameters.size() == parameter_floats<D>());

    // Its checkpoints are to the bit, and name its networks.
    TemporaryFolder folder;
    halves.save(folder / "five");
    Kind other(options);
    other.resume(folder / "five");
    halves.step(x);
    other.step(x);
    halves.save(folder / "six");
    other.save(folder / "resumed");
    CHECK((content_of(folder / "six") == content_of(folder / "resumed")));
    CHECK(SafeTensors(folder / "six").find("average.decoder.0.weight") != nullptr);
}

TEST_CASE_TEMPLATE("issue 18.5: of a recipe's networks those learn that its step names", Device,
                   GENOTYPE_TESTED_DEVICES) {
    using Kind = Trainer<Distilling<Sequential<Linear<3, 8>, ReLU, Linear<8, 3>>>, Device>;
    Kind trainer({.optimizer = {.learning_rate = 0.02f}, .average = 0.9f, .batch = 32}),
        cut({.accumulate = 4, .batch = 32});
    const auto x = normal<Shape<3>>(32, Seed{1});
    const auto teacher = trainer.template model<1>().parameters.clone();
    using Losses = typename Kind::Losses;
    const float first = Losses(trainer.step(x)).error;
    // The same draws, whatever the pieces.
    CHECK(Losses(cut.step(x)).error == doctest::Approx(first));
    float last = first;
    for (int step = 0; step < 100; ++step) last = Losses(trainer.step(x)).error;
    CHECK(last < 0.3f * first);
    CHECK(std::equal(teacher.data(), teacher.data() + teacher.size(), trainer.template model<1>().parameters.data()));
    // The average of what does not change is what it is.
    const auto average = trainer.template average<1>();
    CHECK(std::equal(teacher.data(), teacher.data() + teacher.size(), average.parameters.data()));
}

TEST_CASE("issue 18.5: a recipe's evaluations and steps come in any order") {
    const kernel_test::Array values = kernel_test::random_array(32, 5);
    const View<Shape<4>> x{values.data(), 8};
    Trainer<DeviceResident> first({.batch = 8}), second({.batch = 8});
    const float before = first.evaluate(x).error;
    CHECK(first.step(x).error == doctest::Approx(before));
    CHECK(second.step(x).error == doctest::Approx(before));
    CHECK(second.evaluate(x).size == doctest::Approx(first.evaluate(x).size));
}

TEST_CASE("issue 18.5: a sum over the batch is that of its micro-batches") {
    const kernel_test::Array values = kernel_test::random_array(18, 6);
    const View<Shape<2>> x{values.data(), 9};
    Trainer<Summed> whole({.batch = 9}), pieces({.accumulate = 3, .batch = 9});
    CHECK(pieces.step(x).error == doctest::Approx(whole.step(x).error));
    for (long at = 0; at < whole.gradients().size(); ++at)
        CHECK(pieces.gradients().data()[at] == doctest::Approx(whole.gradients().data()[at]).epsilon(1e-4));
}
