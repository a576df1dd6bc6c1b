// Random numbers over thrust have the bits of the other devices.
#include "genotype/kernels/portable/random.hpp"

#include <doctest/doctest.h>

#include "genotype/kernels/cpu/random.hpp"
#include "genotype/kernels/reference/random.hpp"
#include "support/kernel_arrays.hpp"
#include "support/thrust_devices.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

// The position crosses 2^32, so that a counter whose halves were lost would show.
constexpr RandomState state{.seed = 0x0123456789abcdef, .position = (std::uint64_t{1} << 32) - 2, .stream = 3};

/// Checks that fill(device, n, y) gives the same bits as on other devices with 1 to 3 threads, and no value more.
template <class Device, class Fill>
void check_bits(const Fill& fill) {
    for (long n : {0, 1, 2, 3, 4, 5, 255, 1000, 4095, 4096, 4097, 4100, 20'003}) {
        CAPTURE(n);
        const auto values = [&](auto device) {
            Array y(static_cast<unsigned long>(n) + 1, -12345);
            fill(device, n, y.data());
            CHECK(y.back() == -12345);
            return y;
        };
        const Array wanted = values(Reference{});
        CHECK(same_bits(values(Cpu{}), wanted));
        for (int threads : {1, 2, 3}) CHECK(same_bits(with_threads(threads, [&] { return values(Device{}); }), wanted));
    }
}

/// A probability whose threshold is a word among the first 1000, which thereby is kept by a hair.
float probability_at_word() {
    for (std::uint64_t i = 0; i < 250; ++i)
        for (std::uint32_t word : philox(state.seed, state.position + i, state.stream))
            if (word % 256 == 0) return static_cast<float>(word) * 0x1p-32f;
    FAIL("no word that a float holds");
    return 0;
}

}  // namespace

TEST_CASE_TEMPLATE("random numbers over thrust have the other devices' bits", Device, GENOTYPE_THRUST_DEVICES) {
    check_bits<Device>([](auto device, long n, float* y) { fill_normal(device, n, state, y); });
    check_bits<Device>([](auto device, long n, float* y) { fill_uniform(device, n, state, -3, 0.1f, y); });
    for (float probability : {0.0f, 0.3f, 1.0f, probability_at_word()})
        check_bits<Device>([=](auto device, long n, float* y) { fill_keep_mask(device, n, state, probability, 2, y); });
}

TEST_CASE_TEMPLATE("positions that count on from a number in memory", Device, Reference, Cpu, GENOTYPE_THRUST_DEVICES) {
    constexpr long n = 1003;
    const std::uint64_t base = state.position - 7;
    const RandomState there{.seed = state.seed, .position = 7, .stream = state.stream, .base = &base};
    const auto same = [&](const auto& fill) {
        Array found(n), wanted(n);
        fill(Device{}, there, found.data());
        fill(Reference{}, state, wanted.data());
        return same_bits(found, wanted);
    };
    CHECK(same([](auto device, const RandomState& start, float* y) { fill_normal(device, n, start, y); }));
    CHECK(same([](auto device, const RandomState& start, float* y) { fill_uniform(device, n, start, 0, 1, y); }));
    CHECK(same([](auto device, const RandomState& start, float* y) { fill_keep_mask(device, n, start, 0.5f, 2, y); }));
    RandomState from = there;
    CHECK(from.take(9).base == &base);
    CHECK(from.position == 10);
}
