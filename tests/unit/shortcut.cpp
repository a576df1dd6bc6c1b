// Shortcuts: one step draws what many do, they learn halves of spans, resume to the bit, and refuse in words.
#include "genotype/shortcut.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/flow.hpp"
#include "support/devices.hpp"
#include "support/kernel_arrays.hpp"
#include "support/temporary_folder.hpp"
#include "support/three_corners.hpp"

using namespace genotype;
using namespace three_corners;

namespace {

struct length : Given<Shape<1>> {};

using ShortNet = Sequential<Let<condition, Plus<Chain<Of<moment>, Sinusoid<16, 1000.f>, Linear<16, 32>, SiLU>,
                                                Chain<Of<length>, Sinusoid<16, 1000.f>, Linear<16, 32>, SiLU>,
                                                Chain<Of<label>, Embedding<4, 32>>>>,
                            Linear<2, 32>, Modulate<condition, 32, 32>, SiLU, Linear<32, 32>, SiLU, Linear<32, 2>>;
using Short = ShortcutModel<ShortNet, Point, moment, length>;
static_assert(Short::has_labels && std::same_as<Short::Time, moment> && std::same_as<Short::Span, length>);

using Unlabelled = ShortcutModel<Sequential<Modulate<moment, 1, 1>, Modulate<length, 1, 1>>, Shape<1>, moment, length>;

/// Points at one of two ends, and no label that says at which: one step of a flow goes to their mean.
Points two_ends(int count) {
    Points all{Tensor<Point>(count), std::vector<int>(static_cast<std::size_t>(count))};
    for (int n = 0; n < count; ++n)
        for (int axis = 0; axis < 2; ++axis) all.samples(n, axis) = n % 2 ? 1.f : -1.f;
    return all;
}

/// How many of the drawn points lie at one of the two ends.
int at_an_end(const Tensor<Point>& drawn) {
    int count = 0;
    for (int n = 0; n < drawn.batch(); ++n)
        count += std::abs(std::abs(drawn(n, 0)) - 1) < 0.35f && std::abs(drawn(n, 1) - drawn(n, 0)) < 0.5f;
    return count;
}

}  // namespace

TEST_CASE("half spans are all powers of two alike, and whole ones begin where a whole number of them fits") {
    constexpr int count = 7000;
    const Tensor<Shape<1>> draws = normal<Shape<1>>(2 * count, Seed{1});
    std::map<float, int> halves;
    for (int n = 0; n < count; ++n) {
        const float half = detail::HalfSpan{7}(draws(n, 0)), begin = detail::BeginOfSpan{}(draws(count + n, 0), half);
        ++halves[half];
        CHECK(begin / (2 * half) == std::floor(begin / (2 * half)));
        CHECK((begin >= 0 && begin + 2 * half <= 1));
    }
    float half = 1;
    CHECK(halves.size() == 7);
    for (int at = 0; at < 7; ++at) CHECK(std::abs(halves[half /= 2] - 1000) < 120);
    for (const float edge : {-40.f, 40.f}) {
        CHECK(detail::BeginOfSpan{}(edge, 0.25f) == (edge < 0 ? 0 : 0.5f));
        CHECK(detail::HalfSpan{7}(edge) == (edge < 0 ? 0.5f : 1 / 128.f));
    }
}

TEST_CASE("one step draws what a flow draws in many, which does not in one") {
    const Points all = two_ends(32);
    const FlowOptions<Adam> options{
        .optimizer = Adam{.learning_rate = 8e-3f}, .average = 0.97f, .batch = 32, .seed = 1};
    Trainer<Short> trainer(options);
    Trainer<FlowMatching<Net, Point>> flow(options);
    for (int step = 0; step < 800; ++step) trainer.step(all.samples, all.labels);
    for (int step = 0; step < 300; ++step) flow.step(all.samples, all.labels);
    const std::vector<int> asked(100, 0);
    ShortcutSampler<Short> sampler(100);
    const auto model = trainer.average();
    for (const int steps : {1, 2, 4, 128}) {
        CAPTURE(steps);
        const Tensor<Point> drawn = sampler(model, 100, asked, {.steps = steps});
        CHECK(at_an_end(drawn) > 75);
        int upper = 0;
        for (int n = 0; n < 100; ++n) upper += drawn(n, 0) > 0;
        CHECK(std::abs(upper - 50) < 25);
    }
    CHECK(at_an_end(FlowSampler<FlowMatching<Net, Point>>(100)(flow.average(), 100, asked,
                                                               {.steps = 1, .solver = Solver::euler})) < 20);
}

TEST_CASE("labels count, and guidance has an effect") {
    const Points all = points(24);
    Trainer<Short> trainer({.optimizer = Adam{.learning_rate = 1e-2f}, .average = 0.96f, .batch = 24, .seed = 1});
    for (int step = 0; step < 300; ++step) trainer.step(all.samples, all.labels);
    const std::vector<int> asked{0, 1, 2};
    ShortcutSampler<Short> sampler(3);
    const auto model = trainer.average();
    const Tensor<Point> drawn = sampler(model, 3, asked);
    for (int n = 0; n < 3; ++n)
        for (int axis = 0; axis < 2; ++axis) CHECK(std::abs(drawn(n, axis) - corners[n][axis]) < 0.3f);
    const Tensor<Point> guided = sampler(model, 3, asked, {.guidance = 1.5f}), again = sampler(model, 3, asked);
    CHECK(!std::equal(drawn.data(), drawn.data() + drawn.size(), guided.data()));
    CHECK(std::equal(drawn.data(), drawn.data() + drawn.size(), again.data()));
}

TEST_CASE("it resumes to the bit, for any number of threads, and learns the same in micro-batches") {
    const Points all = points(12);
    const FlowOptions<Adam> options{.average = 0.9f, .batch = 12, .seed = 3};
    Trainer<Short> whole(options), stopped(options), resumed(options);
    const TemporaryFolder folder;
    for (int step = 0; step < 6; ++step) whole.step(all.samples, all.labels);
    for (int step = 0; step < 3; ++step) stopped.step(all.samples, all.labels);
    stopped.save(folder.path() / "shortcut");
    resumed.resume(folder.path() / "shortcut");
    kernel_test::with_threads(3, [&] {
        for (int step = 3; step < 6; ++step) resumed.step(all.samples, all.labels);
        return 0;
    });
    CHECK(parameters(resumed) == parameters(whole));
    // The quarter of the batch that learns from its own halves is the same one in pieces.
    FlowOptions<Adam> in_pieces = options;
    in_pieces.accumulate = 6;
    Trainer<Short> pieces(in_pieces), one(options);
    const float loss = pieces.step(all.samples, all.labels), loss_of_one = one.step(all.samples, all.labels);
    CHECK(loss == doctest::Approx(loss_of_one).epsilon(1e-5));
}

TEST_CASE("what cannot be drawn is told, and a network may read no label") {
    Trainer<Unlabelled> trainer({.batch = 4, .seed = 2});
    trainer.step(Tensor<Shape<1>>(4));
    ShortcutSampler<Unlabelled> sampler(3);
    CHECK(sampler(trainer.model(), 3, {}, {.steps = 8}).batch() == 3);
    for (const int steps : {3, 12, 127})
        CHECK(error_of([&] { sampler(trainer.model(), 3, {}, {.steps = steps}); }) ==
              "ShortcutSampler: steps: found " + std::to_string(steps) +
                  ", expected a power of two: spans are 1, 1/2, 1/4 and so on");
    for (const int steps : {0, 256})
        CHECK(error_of([&] { sampler(trainer.model(), 3, {}, {.steps = steps}); }) ==
              "ShortcutSampler: steps: found " + std::to_string(steps) + ", expected 1 to 128");
    CHECK(error_of([&] { sampler(trainer.model(), 3, {}, {.guidance = 2}); }) != "no error");
    CHECK(error_of([] { Trainer<Short>({.label_drop = 1}); }) != "no error");
    CHECK(error_of([] { Trainer<Short>({.batch = 3}); }) ==
          "Trainer: batch: found 3, expected 4 or more: a quarter of it learns the longer spans");
}
