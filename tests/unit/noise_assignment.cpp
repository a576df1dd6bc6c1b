// Minibatch optimal transport: assignments are those of scipy, noise goes to near images of its own label.
#include <doctest/doctest.h>
#include <omp.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "genotype/checkpoint.hpp"
#include "genotype/flow.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

struct moment : Given<Shape<1>> {};
using Flow = FlowMatching<Sequential<Linear<2, 8>, Modulate<moment, 1, 8>, SiLU, Linear<8, 2>>, Shape<2>>;

std::vector<int> assigned(const std::vector<float>& costs, int n) {
    detail::LinearAssignment assign(8);
    const auto columns = assign(costs, n);
    return {columns.begin(), columns.end()};
}
float cost_of(const std::vector<float>& costs, const std::vector<int>& columns) {
    float sum = 0;
    for (std::size_t row = 0; row < columns.size(); ++row)
        sum += costs[row * columns.size() + static_cast<std::size_t>(columns[row])];
    return sum;
}
std::vector<float> costs_of(int n) {
    std::vector<float> costs;
    for (int i = 0; i < n * n; ++i) costs.push_back(static_cast<float>((i * i * 7 + i * 37) % 101 - 50));
    return costs;
}

}  // namespace

TEST_CASE("an assignment is scipy's, and no permutation costs less") {
    CHECK(assigned({4, 1, 3, 2, 0, 5, 3, 2, 2}, 3) == std::vector{1, 0, 2});
    CHECK(assigned(costs_of(6), 6) == std::vector{0, 2, 3, 5, 1, 4});  // scipy 1.17's linear_sum_assignment
    CHECK(assigned(costs_of(8), 8) == std::vector{0, 7, 2, 3, 6, 4, 5, 1});
    CHECK(assigned({7}, 1) == std::vector{0});
    CHECK(assigned(std::vector<float>(9, 1.f), 3) == std::vector{0, 1, 2});
    std::mt19937 random(3);
    for (int n = 2; n <= 6; ++n) {
        std::vector<float> costs(static_cast<std::size_t>(n * n));
        for (float& cost : costs) cost = static_cast<float>(random() % 16) - 8;  // with equals
        std::vector<int> columns(static_cast<std::size_t>(n));
        std::iota(columns.begin(), columns.end(), 0);
        const std::vector<int> found = assigned(costs, n);
        CHECK(std::is_permutation(found.begin(), found.end(), columns.begin()));
        float least = cost_of(costs, columns);
        while (std::next_permutation(columns.begin(), columns.end())) least = std::min(least, cost_of(costs, columns));
        CHECK(cost_of(costs, found) == least);
    }
}

TEST_CASE("noise goes to the image near it, among those of its label alone, by any number of threads") {
    struct {
        bool optimal_transport = true;
    } options;
    using Sample = Shape<17>;
    constexpr int count = 4;
    Tensor<Sample> images(count), noise(count);
    for (int n = 0; n < count; ++n) {
        std::fill_n(images.data() + n * 17, 17, static_cast<float>(n));
        std::fill_n(noise.data() + n * 17, 17, static_cast<float>(count - 1 - n) + 0.25f);
    }
    const auto given = [&](const float* labels) {
        detail::NoiseAssignment<Sample, Cpu> assign(count, Cpu{});
        assign.begin(options);
        const float* const values = assign(images.view(), noise.view(), labels);
        std::vector<float> firsts;
        for (int n = 0; n < count; ++n) {
            firsts.push_back(values[n * 17]);
            CHECK(values[n * 17 + 16] == values[n * 17]);
        }
        return firsts;
    };
    for (const int threads : {1, 3}) {
        omp_set_num_threads(threads);
        CHECK(given(nullptr) == std::vector{0.25f, 1.25f, 2.25f, 3.25f});
        const float labels[] = {5, 2, 5, 2};  // 0 and 2 share 3.25 and 1.25, 1 and 3 the others
        CHECK(given(labels) == std::vector{1.25f, 0.25f, 3.25f, 2.25f});
    }
}

TEST_CASE("a flow that is trained with assigned noise has less to learn, and resumes to the bit") {
    // Two points far apart: of noise that is drawn for either, half of the ways cross.
    Tensor<Shape<2>> points(32);
    for (int n = 0; n < 32; ++n) points(n, 0) = points(n, 1) = n % 2 == 0 ? -2.f : 2.f;
    const auto make = [](bool assigns) {
        return Trainer<Flow>(
            {.optimizer = {.learning_rate = 1e-2f}, .batch = 32, .seed = 4, .optimal_transport = assigns});
    };
    Trainer<Flow> plain = make(false), transported = make(true), resumed = make(true);
    float of_plain = 0, of_transported = 0;
    for (int step = 0; step < 60; ++step) {
        of_plain += plain.step(points);
        of_transported += transported.step(points);
    }
    CHECK(of_transported < 0.8f * of_plain);

    const TemporaryFolder folder;
    transported.save(folder.path() / "flow");
    resumed.resume(folder.path() / "flow");
    CHECK(error_of([&] { plain.resume(folder.path() / "flow"); }).find("optimal_transport") != std::string::npos);
    CHECK(resumed.step(points) == transported.step(points));
}

TEST_CASE("times are of the distribution that is asked for, and what they cannot be is told") {
    const auto moments = [](auto f) {
        std::vector<float> draws(20000), times(draws.size());
        fill_normal(Cpu{}, 20000, RandomState{.seed = 2}, draws.data());
        map(Cpu{}, 20000, f, times.data(), draws.data());
        std::sort(times.begin(), times.end());
        return std::array{times[2000], times[10000], times[18000]};
    };
    const auto uniform = moments(detail::UniformTime{}), usual = moments(detail::LogitNormal{0, 1}),
               late = moments(detail::LogitNormal{1, 0.5f});
    const auto sigmoid_of = [](float x) { return 1 / (1 + std::exp(-x)); };
    constexpr float decile = 1.2816f;  // of N(0, 1)
    for (std::size_t i = 0; i < 3; ++i) {
        const float at = (static_cast<float>(i) - 1) * decile;
        CHECK(uniform[i] == doctest::Approx(0.1f + 0.4f * static_cast<float>(i)).epsilon(0.03));
        CHECK(usual[i] == doctest::Approx(sigmoid_of(at)).epsilon(0.03));
        CHECK(late[i] == doctest::Approx(sigmoid_of(1 + at / 2)).epsilon(0.03));
    }
    CHECK(error_of([] { Trainer<Flow>({.times_mean = std::numeric_limits<float>::quiet_NaN()}); }) ==
          "Trainer: times_mean: found nan, expected a finite number");
    CHECK(error_of([] { Trainer<Flow>({.times_deviation = 0}); }) ==
          "Trainer: times_deviation: found 0.000000, expected above 0, and finite");
    CHECK(error_of([] { Trainer<Flow>({.times = FlowTimes::uniform, .times_mean = 1}); }) ==
          "Trainer: times: found uniform, expected logit_normal, whose mean and deviation are given");
    Tensor<Shape<2>> points(2);
    Trainer<Flow> one({.batch = 2}), other({.batch = 2, .times = FlowTimes::uniform});
    CHECK(one.step(points) != other.step(points));
}
