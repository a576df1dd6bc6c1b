// Learning-rate schedules against the formulas of PyTorch's.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "genotype/optimizers/schedule.hpp"

using namespace genotype;

namespace {

template <class Make>
std::string fault(const Make& make) {
    try {
        make();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("Constant") {
    for (long step : {0L, 1L, 1'000'000'000'000L}) {
        CHECK(Schedule::constant().factor(step) == 1);
        CHECK(Schedule{}.factor(step) == 1);
    }
}

TEST_CASE("Linear warm-up is LinearLR(start_factor=1/steps, total_iters=steps-1)") {
    const Schedule schedule = Schedule::linear_warmup(10);
    for (int step = 0; step < 20; ++step) {
        const double start = 0.1, progress = std::min(step, 9) / 9.;
        CHECK(schedule.factor(step) == doctest::Approx(start + (1 - start) * progress));
    }
    CHECK(schedule.factor(9) == 1);
    CHECK(Schedule::linear_warmup(1).factor(0) == 1);
}

TEST_CASE("Cosine is CosineAnnealingLR, and stays at its minimum") {
    const Schedule schedule = Schedule::cosine(100, 0, 0.1f);
    for (int step = 0; step <= 100; ++step)
        CHECK(schedule.factor(step) == doctest::Approx(0.1 + 0.9 * (1 + std::cos(step * 0.0314159265358979)) / 2));
    CHECK(schedule.factor(0) == 1);
    CHECK(schedule.factor(50) == doctest::Approx(0.55));
    CHECK(schedule.factor(100) == 0.1f);
    CHECK(schedule.factor(1000) == 0.1f);
}

TEST_CASE("Cosine after a warm-up") {
    const Schedule schedule = Schedule::cosine(110, 10);
    CHECK(schedule.factor(0) == 0.1f);
    CHECK(schedule.factor(9) == 1);
    CHECK(schedule.factor(10) == 1);
    CHECK(schedule.factor(60) == doctest::Approx(0.5));
    CHECK(schedule.factor(110) == 0);
}

TEST_CASE("Step decay is StepLR") {
    const Schedule schedule = Schedule::step_decay(30, 0.1f);
    CHECK(schedule.factor(0) == 1);
    CHECK(schedule.factor(29) == 1);
    CHECK(schedule.factor(30) == doctest::Approx(0.1));
    CHECK(schedule.factor(59) == doctest::Approx(0.1));
    CHECK(schedule.factor(90) == doctest::Approx(0.001));
}

TEST_CASE("What makes no schedule is an error") {
    CHECK(fault([] { Schedule::linear_warmup(0); }) == "Schedule::linear_warmup: steps: found 0, expected at least 1");
    CHECK(fault([] { Schedule::cosine(10, 10); }) == "Schedule::cosine: steps: found 10, expected more than warmup");
    CHECK(fault([] { Schedule::cosine(10, -1); }) == "Schedule::cosine: warmup: found -1, expected at least 0");
    CHECK(fault([] { Schedule::step_decay(0, 0.5f); }) == "Schedule::step_decay: every: found 0, expected at least 1");
}
