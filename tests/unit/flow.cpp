// Flow matching: it learns where classes lie, draws what it is asked for, resumes to the bit, and refuses in words.
#include "genotype/flow.hpp"

#include <doctest/doctest.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "support/devices.hpp"
#include "support/temporary_folder.hpp"
#include "support/three_corners.hpp"

using namespace genotype;
using namespace three_corners;

namespace {

using Flow = FlowMatching<Net, Point>;
using Unlabelled = FlowMatching<Sequential<Linear<2, 8>, Modulate<moment, 1, 8>, SiLU, Linear<8, 2>>, Point>;

}  // namespace

TEST_CASE("it draws each class where it lies, more surely with guidance, and by every solver") {
    const Points all = points(24);
    Trainer<Flow> trainer({.optimizer = Adam{.learning_rate = 1.5e-2f}, .average = 0.96f, .batch = 24, .seed = 1});
    for (int step = 0; step < 200; ++step) trainer.step(all.samples, all.labels);
    const std::vector<int> asked{0, 1, 2};
    FlowSampler<Flow> sampler(3);
    const auto model = trainer.average();
    for (const FlowSampling& options :
         {FlowSampling{}, FlowSampling{.guidance = 1.5f, .seed = 4}, FlowSampling{.steps = 20, .solver = Solver::euler},
          FlowSampling{.solver = Solver::heun, .guidance = 1.5f}}) {
        CAPTURE(options.steps);
        const Tensor<Point> drawn = sampler(model, 3, asked, options);
        for (int n = 0; n < 3; ++n)
            for (int axis = 0; axis < 2; ++axis)
                CHECK(std::abs(drawn(n, axis) - corners[asked[static_cast<std::size_t>(n)]][axis]) < 0.25f);
    }
    const Tensor<Point> once = sampler(model, 3, asked), again = sampler(model, 3, asked);
    CHECK(std::equal(once.data(), once.data() + once.size(), again.data()));
}

TEST_CASE("a flow without labels has one input beside the image") {
    Trainer<Unlabelled> trainer({.batch = 4, .seed = 2});
    trainer.step(points(4).samples);
    CHECK(FlowSampler<Unlabelled>(3)(trainer.model(), 3).batch() == 3);
}

TEST_CASE("it resumes from a checkpoint to the bit, with its average") {
    const Points all = points(6);
    const FlowOptions<Adam> options{.average = 0.9f, .batch = 6, .seed = 3};
    Trainer<Flow> whole(options), stopped(options), resumed(options);
    const TemporaryFolder folder;
    for (int step = 0; step < 6; ++step) whole.step(all.samples, all.labels);
    for (int step = 0; step < 3; ++step) stopped.step(all.samples, all.labels);
    stopped.save(folder.path() / "flow");
    resumed.resume(folder.path() / "flow");
    for (int step = 3; step < 6; ++step) resumed.step(all.samples, all.labels);
    CHECK(parameters(resumed) == parameters(whole));
    const auto one = resumed.average(), other = whole.average();
    CHECK(std::equal(one.parameters.data(), one.parameters.data() + one.parameters.size(), other.parameters.data()));
}

TEST_CASE("what cannot be learnt from or drawn is told, and nothing has changed") {
    Points all = points(3);
    Trainer<Flow> trainer({.batch = 3});
    const std::vector<float> before = parameters(trainer);
    const std::vector<int> two{0, 1}, none{0, 1, 3}, below{0, -1, 2};
    CHECK(error_of([&] { trainer.step(all.samples, two); }) ==
          "Trainer: number of labels: found 2, expected 3, one for each image of the batch");
    for (const auto& wrong : {none, below})
        CHECK(error_of([&] { trainer.step(all.samples, wrong); }).find("0 to 2; 3 stands for none") !=
              std::string::npos);
    all.samples(1, 1) = std::numeric_limits<float>::quiet_NaN();
    CHECK(error_of([&] { trainer.step(all.samples, all.labels); }) != "no error");
    CHECK(parameters(trainer) == before);
    CHECK(error_of([] { Trainer<Flow>({.label_drop = 1}); }) != "no error");

    FlowSampler<Flow> sampler(3);
    CHECK(error_of([&] { sampler(trainer.model(), 3, two); }) ==
          "FlowSampler: number of labels: found 2, expected 3, one for each image");
    CHECK(error_of([&] { sampler(trainer.model(), 3, none); }) == "no error");  // none is a label here
    CHECK(error_of([&] { sampler(trainer.model(), 3, below); }) != "no error");
    CHECK(error_of([&] { sampler(trainer.model(), 3, all.labels, {.steps = 0}); }) ==
          "FlowSampler: steps: found 0, expected 1 or more");
    CHECK(error_of([&] { sampler(trainer.model(), 4, all.labels); }) != "no error");
    CHECK(error_of([&] {
              sampler(trainer.model(), 3, all.labels, {.guidance = std::numeric_limits<float>::infinity()});
          }) == "FlowSampler: guidance: found inf, expected a finite number");
    const Model<Unlabelled::Model> plain(Seed{1});
    FlowSampler<Unlabelled> of_plain(3);
    CHECK(error_of([&] { of_plain(plain, 3, {}, {.guidance = 1.5f}); }) ==
          "FlowSampler: guidance: found 1.500000, expected 1: the network reads no label, which a guidance would leave "
          "out");
    CHECK(error_of([&] { of_plain(plain, 3, all.labels); }) ==
          "FlowSampler: number of labels: found 3, expected none: the network reads none");
}

TEST_CASE("each solver takes its own step, and halving it leaves a half or a quarter of the error") {
    // dx/dt = (a + b t) x, so x(1) = x(0) exp(a + b / 2).
    using Field = FlowMatching<Sequential<Modulate<moment, 1, 1>>, Shape<1>>;
    constexpr float a = -1.5f, b = 0.5f;
    Model<Field::Model> field(Seed{1});
    float* const bias = field.parameters.data() + parameter_offset<Modulate<moment, 1, 1>>(1);
    field.parameters.data()[0] = b;
    field.parameters.data()[1] = 0;
    bias[0] = a - 1;
    bias[1] = 0;
    field.prepare();
    constexpr int count = 5;
    const Tensor<Shape<1>> noise = normal<Shape<1>>(count, Seed{0});
    FlowSampler<Field> sampler(count);
    const auto factor = [&](Solver solver, int steps) {
        const Tensor<Shape<1>> drawn = sampler(field, count, {}, {.steps = steps, .solver = solver});
        for (int n = 1; n < count; ++n)
            CHECK(drawn(n, 0) / noise(n, 0) == doctest::Approx(drawn(0, 0) / noise(0, 0)).epsilon(1e-5));
        return static_cast<double>(drawn(0, 0) / noise(0, 0));
    };
    CHECK(factor(Solver::euler, 1) == doctest::Approx(1 + a));
    CHECK(factor(Solver::midpoint, 1) == doctest::Approx(1 + (a + b / 2) * (1 + a / 2)));
    CHECK(factor(Solver::heun, 1) == doctest::Approx(1 + (a + (a + b) * (1 + a)) / 2));
    const auto error = [&](Solver solver, int steps) {
        return std::abs(factor(solver, steps) - std::exp(static_cast<double>(a + b / 2)));
    };
    CHECK(error(Solver::euler, 16) / error(Solver::euler, 32) == doctest::Approx(2).epsilon(0.1));
    for (const Solver solver : {Solver::midpoint, Solver::heun})
        CHECK(error(solver, 16) / error(solver, 32) == doctest::Approx(4).epsilon(0.1));
}

TEST_CASE("whoever draws is told each step, and the images are the same for any number of threads") {
    const Model<Net> model(Seed{6});
    FlowSampler<Flow> sampler(48);
    const Points all = points(48);
    for (const Solver solver : {Solver::euler, Solver::midpoint, Solver::heun}) {
        const FlowSampling options{.steps = 3, .solver = solver, .guidance = 2, .seed = 5};
        std::vector<int> done;
        std::vector<float> last;
        omp_set_num_threads(1);
        const Tensor<Point> told = sampler(model, 48, all.labels, options, [&](const SamplingStep<Point>& step) {
            CHECK(step.steps == 3);
            done.push_back(step.done);
            last.assign(step.images.data, step.images.data + step.images.size());
        });
        CHECK(done == std::vector{1, 2, 3});
        omp_set_num_threads(3);
        const Tensor<Point> drawn = sampler(model, 48, all.labels, options);
        CHECK(std::equal(last.begin(), last.end(), drawn.data()));
        CHECK(std::equal(last.begin(), last.end(), told.data()));
    }
}

TEST_CASE("the way from one batch to another is the same on every device") {
    constexpr int batch = 3;
    constexpr long count = 37;
    std::vector<float> t{0, 0.25f, 1}, from(batch * count), to(batch * count);
    for (std::size_t i = 0; i < from.size(); ++i) {
        from[i] = static_cast<float>(i % 7) - 3;
        to[i] = static_cast<float>(i % 5) / 2;
    }
    on_tested_devices([&](auto device) {
        std::vector<float> y(from.size()), velocity(from.size());
        interpolate(device, batch, count, t.data(), from.data(), to.data(), y.data(), velocity.data());
        for (std::size_t i = 0; i < from.size(); ++i) {
            const float way = to[i] - from[i];
            CHECK(velocity[i] == way);
            CHECK(y[i] == doctest::Approx(from[i] + t[i / count] * way));
        }
    });
}
