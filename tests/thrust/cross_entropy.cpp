// Cross-entropy over thrust against the plain loops: huge logits, wrong targets, any number of threads.
#include "genotype/kernels/portable/cross_entropy.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "genotype/kernels/reference/cross_entropy.hpp"
#include "support/kernel_arrays.hpp"
#include "support/thrust_devices.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

struct Problem {
    long rows;
    int classes;
    Array logits;
    std::vector<int> targets;

    Problem(long count, int width, float spread) : rows(count), classes(width) {
        logits = random_array(rows * classes, static_cast<unsigned>(rows + width));
        for (float& logit : logits) logit *= spread;
        for (int row = 0; row < rows; ++row) targets.push_back(row * 7 % classes);
    }
};

enum class Wanted { value, gradient, both, over_logits };

/// The value, then the gradient, or what was there of them before.
template <class Device>
Array run(Device device, const Problem& problem, Wanted wanted) {
    const bool in_place = wanted == Wanted::over_logits;
    Array gradient = in_place ? problem.logits : Array(problem.logits.size(), -7.0f);
    float value = -7;
    cross_entropy(device, problem.rows, problem.classes, in_place ? gradient.data() : problem.logits.data(),
                  problem.targets.data(), 0.5f, wanted == Wanted::gradient ? nullptr : &value,
                  wanted == Wanted::value ? nullptr : gradient.data());
    gradient.insert(gradient.begin(), value);
    return gradient;
}

}  // namespace

TEST_CASE_TEMPLATE("Cross-entropy agrees with the plain loops, for every number of threads", Device,
                   GENOTYPE_THRUST_DEVICES) {
    for (const long rows : {1L, 3L, 130L})
        for (const int classes : {1, 2, 3, 10, 17, 511}) {
            const Problem problem(rows, classes, 4);
            for (const Wanted wanted : {Wanted::value, Wanted::gradient, Wanted::both, Wanted::over_logits}) {
                CAPTURE(rows);
                CAPTURE(classes);
                CAPTURE(static_cast<int>(wanted));
                const auto fast = [&] { return run(Device{}, problem, wanted); };
                Array found = with_threads(1, fast), plain = run(Reference{}, problem, wanted);
                for (const int threads : {2, 3}) CHECK(same_bits(found, with_threads(threads, fast)));
                CHECK(found[0] == doctest::Approx(plain[0]).epsilon(3e-7));
                found[0] = plain[0] = 0;
                CHECK(difference(found, plain) < 1e-7);
            }
        }
}

TEST_CASE_TEMPLATE("Logits of any size do not overflow", Device, GENOTYPE_THRUST_DEVICES) {
    const float infinity = std::numeric_limits<float>::infinity();
    Problem problem(1, 3, 1);
    for (const Wanted wanted : {Wanted::both, Wanted::over_logits}) {
        problem.targets = {1};
        problem.logits = {1e30f, 0, -1e30f};
        CHECK(run(Device{}, problem, wanted) == Array{0.5e30f, 0.5f, -0.5f, 0});
        problem.logits = {-1e30f, 0, 1e30f};
        CHECK(run(Device{}, problem, wanted) == Array{0.5e30f, 0, -0.5f, 0.5f});
        problem.logits = {-infinity, 3, -infinity};
        CHECK(run(Device{}, problem, wanted) == Array{0, 0, 0, 0});
        problem.targets = {2};
        problem.logits = {5000, 5000, -5000};
        CHECK(difference(run(Device{}, problem, wanted), {5000.3465736f, 0.25f, 0.25f, -0.5f}, 5000) < 1e-7);
    }
}

TEST_CASE_TEMPLATE("A target that is no class is an error, and nothing is written", Device, GENOTYPE_THRUST_DEVICES) {
    // Where the host cannot read targets, whoever gives them checks them.
    for (const int wrong : Device::on_host ? std::vector{-1, 10, 1'000'000} : std::vector<int>{}) {
        Problem problem(3, 10, 1);
        problem.targets[2] = wrong;
        Array gradient(30, -7.0f);
        float value = -7;
        std::string words;
        try {
            cross_entropy(Device{}, 3, 10, problem.logits.data(), problem.targets.data(), 1, &value, gradient.data());
        } catch (const Error& error) {
            words = error.what();
        }
        CHECK(words == "cross-entropy: target 2: found " + std::to_string(wrong) + ", expected a class from 0 to 9");
        CHECK(value == -7);
        CHECK(gradient == Array(30, -7.0f));
    }
}
