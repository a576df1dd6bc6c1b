// Random numbers on the GPU have the host's bits.
#include <doctest/doctest.h>

#include "genotype/kernels/cpu/random.hpp"
#include "genotype/kernels/portable/random.hpp"
#include "on_gpu.hpp"

using namespace genotype;
using namespace kernel_test;
using cuda_test::Values;

namespace {

// The position crosses 2^32, so that a counter whose halves were lost would show.
constexpr RandomState state{.seed = 0x0123456789abcdef, .position = (std::uint64_t{1} << 32) - 2, .stream = 3};

template <class Fill>
void check_bits(const Fill& fill) {
    for (const long n : {1, 5, 4100, 20'003}) {
        CAPTURE(n);
        const auto values = [&](auto device) {
            Values<decltype(device)> y(unwritten(n + 1));
            fill(device, n, y.data());
            return y.read();
        };
        CHECK(same_bits(values(Cuda{}), values(Cpu{})));
    }
}

}  // namespace

TEST_CASE("normal, uniform, and which values are kept") {
    check_bits([](auto device, long n, float* y) { fill_normal(device, n, state, y); });
    check_bits([](auto device, long n, float* y) { fill_uniform(device, n, state, -3, 0.1f, y); });
    for (const float probability : {0.0f, 0.3f, 1.0f})
        check_bits([=](auto device, long n, float* y) { fill_keep_mask(device, n, state, probability, 2, y); });
}

TEST_CASE("positions count on from a number in the GPU's memory") {
    const std::uint64_t base = state.position - 7;
    Values<Cuda> there(Array(2)), y(unwritten(1003));
    Cuda::upload(reinterpret_cast<const float*>(&base), 2, there.data());
    fill_normal(Cuda{}, 1003,
                RandomState{.seed = state.seed,
                            .position = 7,
                            .stream = state.stream,
                            .base = reinterpret_cast<const std::uint64_t*>(there.data())},
                y.data());
    Array wanted(1003);
    fill_normal(Cpu{}, 1003, state, wanted.data());
    CHECK(same_bits(y.read(), wanted));
}
