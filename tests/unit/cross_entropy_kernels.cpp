// Cross-entropy: both devices against the formula, huge logits, wrong targets, any number of threads.
#include <doctest/doctest.h>
#include <omp.h>

#include <cmath>
#include <string>
#include <vector>

#include "genotype/kernels/cpu/cross_entropy.hpp"
#include "genotype/kernels/cpu/random.hpp"
#include "genotype/kernels/reference/cross_entropy.hpp"
#include "genotype/losses/cross_entropy.hpp"
#include "support/sizes.hpp"

using namespace genotype;
using genotype_test::has_fewer_sizes, genotype_test::sized_for_sanitizers;

static_assert(!CrossEntropy::fits(vector_dims(10), vector_dims(1)));
static_assert(CrossEntropy::fits(image_dims(10, 1, 1), vector_dims(1)).kind == FaultKind::image_given);
static_assert(CrossEntropy::fits(vector_dims(10), vector_dims(10)));

namespace {

struct Problem {
    int batch, classes;
    std::vector<float> logits;
    std::vector<int> targets;

    Problem(int samples, int width, float spread) : batch(samples), classes(width) {
        logits.resize(static_cast<std::size_t>(batch * classes));
        fill_uniform(Cpu{}, batch * classes, RandomState{.seed = 1}, -spread, spread, logits.data());
        for (int i = 0; i < batch; ++i) targets.push_back(i * 7 % classes);
    }

    double loss(std::size_t moved, double step) const {
        double total = 0;
        for (int row = 0; row < batch; ++row) {
            double exps = 0, chosen = 0;
            for (int c = 0; c < classes; ++c) {
                const std::size_t i = static_cast<std::size_t>(row * classes + c);
                const double x = static_cast<double>(logits[i]) + (i == moved ? step : 0);
                exps += std::exp(x);
                if (c == targets[static_cast<std::size_t>(row)]) chosen = x;
            }
            total += std::log(exps) - chosen;
        }
        return total / batch;
    }
};

struct Result {
    float value = -1;
    std::vector<float> gradient;
};

template <class Device>
Result evaluate(const Problem& problem, float weight = 1) {
    Result result{.value = -1, .gradient = std::vector<float>(problem.logits.size(), -1.f)};
    CrossEntropy::evaluate(Device{}, {.prediction = {problem.logits.data(), problem.batch, problem.classes},
                                      .target = problem.targets,
                                      .weight = weight,
                                      .value = &result.value,
                                      .gradient = {result.gradient.data(), problem.batch, problem.classes}});
    return result;
}

}  // namespace

TEST_CASE_TEMPLATE("Value by formula, gradient by differences", Device, Cpu, Reference) {
    for (int classes : {1, 2, 3, 10, 16, 17, 33, 100}) {
        CAPTURE(classes);
        const Problem problem(4, classes, 3);
        const Result result = evaluate<Device>(problem);
        CHECK(result.value == doctest::Approx(problem.loss(0, 0)).epsilon(1e-6));
        for (std::size_t i = 0; i < problem.logits.size(); ++i) {
            const double derivative = (problem.loss(i, 1e-5) - problem.loss(i, -1e-5)) / 2e-5;
            REQUIRE(std::abs(result.gradient[i] - derivative) < 1e-6);
        }
        CHECK(evaluate<Device>(problem, 2.5f).value == doctest::Approx(2.5 * result.value).epsilon(1e-6));
    }
}

TEST_CASE("Cpu against Reference, with any number of threads") {
    for (int batch : {1, 3, 64, 65, 300})
        for (int classes : {10, 511, 1000, 5003}) {
            if (has_fewer_sizes && batch > 3 && classes > 511) continue;
            const Problem problem(batch, classes, 8);
            const Result want = evaluate<Reference>(problem);
            Result alone;
            const int before = omp_get_max_threads();
            for (int threads : sized_for_sanitizers<int>({1, 2, 3}, {1, 3})) {
                omp_set_num_threads(threads);
                const Result got = evaluate<Cpu>(problem);
                if (threads == 1) alone = got;
                CHECK(got.value == alone.value);
                CHECK(got.gradient == alone.gradient);
            }
            omp_set_num_threads(before);
            CHECK(alone.value == doctest::Approx(want.value).epsilon(1e-6));
            for (std::size_t i = 0; i < want.gradient.size(); ++i)
                REQUIRE(std::abs(alone.gradient[i] - want.gradient[i]) < 1e-6 / batch);
        }
}

TEST_CASE_TEMPLATE("Logits of any size do not overflow", Device, Cpu, Reference) {
    Problem problem(1, 3, 1);
    problem.targets = {1};
    problem.logits = {1e30f, 0, -1e30f};
    CHECK(evaluate<Device>(problem).value == 1e30f);
    CHECK(evaluate<Device>(problem).gradient == std::vector<float>{1, -1, 0});
    problem.logits = {5000, 5000, -5000};
    CHECK(evaluate<Device>(problem).value == doctest::Approx(std::log(2.)));
}

TEST_CASE_TEMPLATE("The largest logit is found at every place", Device, Cpu, Reference) {
    for (int place = 0; place < 37; ++place) {
        CAPTURE(place);
        Problem problem(1, 37, 1);
        problem.logits[static_cast<std::size_t>(place)] = 200;
        problem.targets = {place};
        CHECK(evaluate<Device>(problem).value == 0);
        problem.targets = {(place + 1) % 37};
        CHECK(evaluate<Device>(problem).value == doctest::Approx(200).epsilon(0.01));
    }
}

TEST_CASE_TEMPLATE("The gradient may lie over the logits", Device, Cpu, Reference) {
    Problem problem(5, 37, 2);
    const Result apart = evaluate<Device>(problem);
    cross_entropy(Device{}, 5, 37, problem.logits.data(), problem.targets.data(), 0.2f, nullptr, problem.logits.data());
    CHECK(problem.logits == apart.gradient);
}

TEST_CASE_TEMPLATE("A target that is no class is an error, and nothing is written", Device, Cpu, Reference) {
    for (int wrong : {-1, 10, 1'000'000}) {
        Problem problem(3, 10, 1);
        problem.targets[2] = wrong;
        float value = -1;
        std::string text;
        try {
            CrossEntropy::evaluate(Device{}, {.prediction = {problem.logits.data(), 3, 10},
                                              .target = problem.targets,
                                              .value = &value});
        } catch (const Error& error) {
            text = error.what();
        }
        CHECK(text == "cross-entropy: target 2: found " + std::to_string(wrong) + ", expected a class from 0 to 9");
        CHECK(value == -1);
    }
}

TEST_CASE("issue 17.29: as many classes as predictions") {
    Tensor<Shape<10>> logits(4), derivative(4), small(3);
    fill_normal(Cpu{}, logits.size(), RandomState{.seed = 1}, logits.data());
    const std::vector<int> targets{3, 1, 9, 0};
    Problem problem(4, 10, 1);
    problem.logits.assign(logits.data(), logits.data() + 40);
    problem.targets = targets;
    const float value = CrossEntropy::evaluate(Cpu{}, logits, targets, derivative);
    const Result expected = evaluate<Cpu>(problem);
    CHECK(value == expected.value);
    CHECK(std::vector<float>(derivative.data(), derivative.data() + 40) == expected.gradient);
    CHECK(CrossEntropy::evaluate(Cpu{}, logits.view(), std::span(targets)) == value);
    const auto fails = [](auto call, const char* words) { CHECK_THROWS_WITH_AS(call(), words, Error); };
    fails([&] { CrossEntropy::evaluate(Cpu{}, logits, std::span(targets).first(3), derivative); },
          "loss: number of targets: found 3, expected 4, one for each sample of the prediction");
    fails([&] { CrossEntropy::evaluate(Cpu{}, logits.view().slice(0, 2), targets); },
          "loss: number of targets: found 4, expected 2, one for each sample of the prediction");
    fails([&] { CrossEntropy::evaluate(Cpu{}, logits, targets, small); },
          "loss: batch of the gradient: found 3, expected 4, that of the prediction");
    fails([&] { CrossEntropy::evaluate(Cpu{}, logits, std::span<const int>{}); },
          "loss: number of targets: found 0, expected 4, one for each sample of the prediction");
}
