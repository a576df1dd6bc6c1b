// Recorded steps: what they do when they are replayed, and what they may not do.
#include <doctest/doctest.h>

#include <stdexcept>
#include <utility>

#include "genotype/kernels/functions.hpp"
#include "genotype/kernels/portable/elementwise.hpp"
#include "on_gpu.hpp"

using namespace genotype;
using namespace kernel_test;
using cuda_test::Values;

namespace {

/// y += x as a step, replayed three times.
template <class Device>
Array replayed(const Array& x) {
    const long n = static_cast<long>(x.size());
    Values<Device> in(x), out(Array(x.size()));
    float* const y = out.data();
    const float* const add = in.data();
    const auto step = [=] { map(Device{}, n, kernels::Add{}, y, static_cast<const float*>(y), add); };
    step();
    auto recorded = capture(Device{}, step);
    CHECK(same_bits(out.read(), x));  // recording runs nothing
    auto moved = std::move(recorded);
    for (int i = 0; i < 3; ++i) moved.replay();
    return out.read();
}

}  // namespace

TEST_CASE("A recorded step does at each replay what the step does") {
    const Array x = random_array(1000, 1);
    CHECK(same_bits(replayed<Cuda>(x), replayed<Reference>(x)));
}

TEST_CASE("A step that allocates, waits or throws is not recorded, and the next one is") {
    const Array x = random_array(10, 2);
    Values<Cuda> values(x);
    CHECK_THROWS_AS(capture(Cuda{}, [] { Arena<Cuda> arena(10); }), Error);
    CHECK_THROWS_AS(capture(Cuda{}, [] { Cuda::synchronize(); }), Error);
    CHECK_THROWS_AS(capture(Cuda{}, [&] { values.read(); }), Error);
    CHECK_THROWS_AS(capture(Cuda{}, [] { throw std::logic_error("of the step"); }), std::logic_error);
    CHECK(same_bits(replayed<Cuda>(x), replayed<Reference>(x)));
}
