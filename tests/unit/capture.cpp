// Recorded steps on devices that compute on the host.
#include "genotype/kernels/capture.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <utility>

#include "genotype/kernels/device.hpp"

using namespace genotype;

TEST_CASE_TEMPLATE("A recorded step runs at each replay, and not before", Device, Cpu, Reference) {
    int runs = 0;
    // A step that cannot be copied will do.
    auto recorded = capture(Device{}, [&runs, by = std::make_unique<int>(2)] { runs += *by; });
    CHECK(runs == 0);
    recorded.replay();
    recorded.replay();
    CHECK(runs == 4);
    auto moved = std::move(recorded);
    moved.replay();
    CHECK(runs == 6);
}
