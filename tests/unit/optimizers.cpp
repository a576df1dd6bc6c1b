// The optimisers against their formulas in double, step by step; both devices and any number of threads alike.
#include <doctest/doctest.h>
#include <omp.h>

#include <cmath>
#include <vector>

#include "genotype/kernels/cpu/elementwise.hpp"
#include "genotype/kernels/cpu/random.hpp"
#include "genotype/kernels/reference/elementwise.hpp"
#include "genotype/optimizers/adam.hpp"
#include "genotype/optimizers/adamw.hpp"
#include "genotype/optimizers/clip.hpp"
#include "genotype/optimizers/rmsprop.hpp"
#include "genotype/optimizers/sgd.hpp"
#include "support/devices.hpp"

using namespace genotype;

namespace {

constexpr long count = 37;
constexpr int steps = 12;

std::vector<float> normal(long n, std::uint64_t seed) {
    std::vector<float> x(static_cast<std::size_t>(n));
    fill_normal(Cpu{}, n, RandomState{.seed = seed}, x.data());
    return x;
}

/// The parameters after `steps` steps on gradients that change, the learning rate halved from the fourth step on.
template <class Device, class Optimizer>
std::vector<float> train(const Optimizer& optimizer, long n = count) {
    std::vector<float> parameters = normal(n, 1), state(static_cast<std::size_t>(Optimizer::states * n));
    for (int step = 1; step <= steps; ++step) {
        const auto gradients = normal(n, 100 + static_cast<std::uint64_t>(step));
        const typename Optimizer::Update by = optimizer.update_of(step, step < 4 ? 1.f : 0.5f);
        optimizer.apply(Device{}, n, parameters.data(), gradients.data(), state.data(), &by);
    }
    return parameters;
}

/// One parameter's way by rule(parameter, gradient, step, factor) in double.
template <class Rule>
std::vector<double> train_by(const Rule& make_rule) {
    const auto parameters = normal(count, 1);
    std::vector<double> result;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        auto rule = make_rule();
        double parameter = static_cast<double>(parameters[i]);
        for (int step = 1; step <= steps; ++step) {
            const auto gradients = normal(count, 100 + static_cast<std::uint64_t>(step));
            rule(parameter, static_cast<double>(gradients[i]), step, step < 4 ? 1. : 0.5);
        }
        result.push_back(parameter);
    }
    return result;
}

template <class Optimizer, class Rule>
void check(const Optimizer& optimizer, const Rule& make_rule) {
    const auto want = train_by(make_rule);
    const auto start = normal(count, 1);
    for (const auto& got : {train<Cpu>(optimizer), train<Reference>(optimizer)})
        for (std::size_t i = 0; i < want.size(); ++i) {
            CAPTURE(i);
            REQUIRE(std::abs(want[i] - start[i]) > 1e-5);  // it moved
            REQUIRE(std::abs(got[i] - want[i]) < 1e-6 + 1e-4 * std::abs(want[i] - start[i]));
        }
}

template <class Optimizer>
void check_threads(const Optimizer& optimizer) {
    constexpr long n = 50'021;
    const int before = omp_get_max_threads();
    omp_set_num_threads(1);
    const auto alone = train<Cpu>(optimizer, n);
    for (int threads : {2, 3}) {
        omp_set_num_threads(threads);
        CHECK(train<Cpu>(optimizer, n) == alone);
    }
    omp_set_num_threads(before);
}

auto sgd_rule(double rate, double momentum, bool nesterov, double decay) {
    return [=] {
        return [=, velocity = 0.](double& p, double g, int, double factor) mutable {
            g += decay * p;
            velocity = momentum * velocity + g;
            p -= rate * factor * (nesterov ? g + momentum * velocity : velocity);
        };
    };
}

auto adam_rule(double rate, double beta1, double beta2, double epsilon, double penalty, double decoupled) {
    return [=] {
        return [=, mean = 0., square = 0.](double& p, double g, int step, double factor) mutable {
            g += penalty * p;
            p *= 1 - rate * factor * decoupled;
            mean = beta1 * mean + (1 - beta1) * g;
            square = beta2 * square + (1 - beta2) * g * g;
            const double unbiased_mean = mean / (1 - std::pow(beta1, step));
            const double unbiased_square = square / (1 - std::pow(beta2, step));
            p -= rate * factor * unbiased_mean / (std::sqrt(unbiased_square) + epsilon);
        };
    };
}

auto rmsprop_rule(double rate, double alpha, double epsilon, double decay, double momentum) {
    return [=] {
        return [=, square = 0., velocity = 0.](double& p, double g, int, double factor) mutable {
            g += decay * p;
            square = alpha * square + (1 - alpha) * g * g;
            velocity = momentum * velocity + g / (std::sqrt(square) + epsilon);
            p -= rate * factor * velocity;
        };
    };
}

}  // namespace

TEST_CASE("SGD") {
    check(SGD{.learning_rate = 0.1f}, sgd_rule(0.1, 0, false, 0));
    check(SGD{.learning_rate = 0.1f, .weight_decay = 0.3f}, sgd_rule(0.1, 0, false, 0.3));
    check(SGD{.learning_rate = 0.1f, .momentum = 0.9f}, sgd_rule(0.1, 0.9, false, 0));
    check(SGD{.learning_rate = 0.1f, .momentum = 0.9f, .weight_decay = 0.3f, .nesterov = true},
          sgd_rule(0.1, 0.9, true, 0.3));
    check_threads(SGD{.momentum = 0.9f});
}

TEST_CASE("Adam") {
    check(Adam{}, adam_rule(1e-3, 0.9, 0.999, 1e-8, 0, 0));
    check(Adam{.learning_rate = 0.02f, .beta1 = 0.5f, .beta2 = 0.99f, .epsilon = 0.1f, .weight_decay = 0.3f},
          adam_rule(0.02, 0.5, 0.99, 0.1, 0.3, 0));
    check_threads(Adam{});
}

TEST_CASE("AdamW") {
    check(AdamW{}, adam_rule(1e-3, 0.9, 0.999, 1e-8, 0, 1e-2));
    check(AdamW{.learning_rate = 0.02f, .weight_decay = 0.5f}, adam_rule(0.02, 0.9, 0.999, 1e-8, 0, 0.5));
    check_threads(AdamW{});
}

TEST_CASE("RMSprop") {
    check(RMSprop{}, rmsprop_rule(1e-2, 0.99, 1e-8, 0, 0));
    check(RMSprop{.learning_rate = 0.02f, .alpha = 0.9f, .epsilon = 0.01f, .weight_decay = 0.3f, .momentum = 0.8f},
          rmsprop_rule(0.02, 0.9, 0.01, 0.3, 0.8));
    check_threads(RMSprop{.momentum = 0.5f});
}

TEST_CASE("Adam's first step is the learning rate, whatever the gradient") {
    for (float gradient : {1e-3f, 1.f, -1e6f}) {
        float parameter = 1, state[2] = {0, 0};
        const Adam adam{.learning_rate = 0.25f};
        const Adam::Update by = adam.update_of(1, 1.f);
        adam.apply(Cpu{}, 1, &parameter, &gradient, state, &by);
        CHECK(parameter == doctest::Approx(gradient > 0 ? 0.75 : 1.25).epsilon(1e-4));
    }
}

TEST_CASE("Late steps are corrected no more") {
    float parameter = 0, gradient = 2, state[2] = {2, 4};
    const Adam adam{.learning_rate = 0.5f};
    const Adam::Update by = adam.update_of(1'000'000'000'000, 1.f);
    adam.apply(Cpu{}, 1, &parameter, &gradient, state, &by);
    CHECK(parameter == doctest::Approx(-0.5));
}

TEST_CASE_TEMPLATE("Clipping by the norm", Device, GENOTYPE_TESTED_DEVICES) {
    std::vector<float> gradients = {3, 0, 4, 0, 12};
    float norm = -1;
    clip_gradient_norm(Device{}, 5, gradients.data(), 20, &norm);
    CHECK(norm == 13);
    CHECK(gradients == std::vector<float>{3, 0, 4, 0, 12});
    clip_gradient_norm(Device{}, 5, gradients.data(), 6.5f, &norm);
    CHECK(norm == 13);
    CHECK(gradients[0] == doctest::Approx(1.5));
    CHECK(gradients[4] == doctest::Approx(6));
    std::vector<float> zeros(5, 0.f);
    clip_gradient_norm(Device{}, 5, zeros.data(), 1, &norm);
    CHECK(norm == 0);
    CHECK(zeros == std::vector<float>(5, 0.f));
}
