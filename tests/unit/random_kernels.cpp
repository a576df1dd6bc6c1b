// Random numbers: fixed bits on every device, compiler and thread count, and the distributions that are promised.
#include <doctest/doctest.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "genotype/kernels/cpu/random.hpp"
#include "genotype/kernels/reference/random.hpp"

using namespace genotype;

namespace {

// The position crosses 2^32, so that a counter whose halves were lost would show.
constexpr RandomState state{.seed = 0x0123456789abcdef, .position = (std::uint64_t{1} << 32) - 2, .stream = 3};

constexpr float guard = -12345;

/// n values and the guard behind them, from a kernel that is called as fill(device, y).
template <class Fill>
std::vector<std::uint32_t> bits(long n, const Fill& fill) {
    std::vector<float> y(static_cast<std::size_t>(n) + 1, guard);
    fill(y.data());
    CHECK(y.back() == guard);
    std::vector<std::uint32_t> words(y.size());
    std::memcpy(words.data(), y.data(), y.size() * sizeof(float));
    return words;
}

/// Checks that a kernel gives the same bits on both devices and with 1, 2 and 3 threads.
template <class Fill>
void check_same_everywhere(const Fill& fill) {
    for (long n : {1, 2, 3, 4, 5, 255, 256, 257, 1000, 6400, 16383, 16384, 70'001}) {
        CAPTURE(n);
        const auto want = bits(n, [&](float* y) { fill(Reference{}, n, y); });
        const int before = omp_get_max_threads();
        for (int threads : {1, 2, 3}) {
            omp_set_num_threads(threads);
            CHECK(bits(n, [&](float* y) { fill(Cpu{}, n, y); }) == want);
        }
        omp_set_num_threads(before);
    }
}

struct Moments {
    double mean = 0, variance = 0, skewness = 0, kurtosis = 0;
};

Moments moments_of(const std::vector<float>& x) {
    Moments m;
    const double n = static_cast<double>(x.size());
    for (const float v : x) m.mean += v / n;
    for (const float v : x) {
        const double d = v - m.mean;
        m.variance += d * d / n;
        m.skewness += d * d * d / n;
        m.kurtosis += d * d * d * d / n;
    }
    m.skewness /= std::pow(m.variance, 1.5);
    m.kurtosis /= m.variance * m.variance;
    return m;
}

}  // namespace

TEST_CASE("The normal numbers' bits are fixed") {
    const std::vector<std::uint32_t> golden = {0x3ea54ded, 0xc0082c31, 0x3f079cc3, 0x3f1b8286, 0xbf529ab5, 0xbdd8d40c,
                                               0x3f76e8ec, 0x3ef606c9, 0x3fcaf531, 0xbf98c235, 0x3fbf6775, 0xbfd2abc0,
                                               0x4022e68c, 0xc013961f, 0x3f8a531b, 0xbf2fbb2b};
    for (auto got : {bits(16, [](float* y) { fill_normal(Cpu{}, 16, state, y); }),
                     bits(16, [](float* y) { fill_normal(Reference{}, 16, state, y); })}) {
        got.pop_back();
        CHECK(got == golden);
    }
}

TEST_CASE("The uniform numbers' bits are fixed") {
    const std::vector<std::uint32_t> golden = {0xbf1aee4c, 0x400622bd, 0x3ff200b8, 0xbee9c1c0, 0x3feaf8b8, 0x3f8a6dfa,
                                               0x3f9e810a, 0xbf34abac, 0xbee22aa0, 0x4025b64a, 0xbf299934, 0x401e0c93,
                                               0xbf7d309c, 0x4022020a, 0x3f4337d4, 0x4028f159};
    for (auto got : {bits(16, [](float* y) { fill_uniform(Cpu{}, 16, state, -1, 3, y); }),
                     bits(16, [](float* y) { fill_uniform(Reference{}, 16, state, -1, 3, y); })}) {
        got.pop_back();
        CHECK(got == golden);
    }
}

TEST_CASE("Both devices and any number of threads draw the same") {
    SUBCASE("normal") {
        check_same_everywhere([](auto device, long n, float* y) { fill_normal(device, n, state, y); });
    }
    SUBCASE("uniform") {
        check_same_everywhere([](auto device, long n, float* y) { fill_uniform(device, n, state, -3, 0.1f, y); });
    }
    SUBCASE("mask") {
        check_same_everywhere([](auto device, long n, float* y) { fill_keep_mask(device, n, state, 0.3f, 2, y); });
    }
}

TEST_CASE("A long draw is the same as two that follow each other") {
    RandomState random{.seed = 8};
    std::vector<float> whole(1000), parts(1000);
    fill_normal(Cpu{}, 1000, random, whole.data());
    fill_normal(Cpu{}, 600, random.take(600), parts.data());
    fill_normal(Cpu{}, 400, random.take(400), parts.data() + 600);
    CHECK(whole == parts);
}

TEST_CASE("A draw of no whole number of positions leaves its last one to nobody") {
    RandomState draws{.seed = 3};
    for (const auto& [values, position] : {std::pair{1, 1}, {5, 3}, {8, 5}, {0, 5}, {7, 7}}) {
        draws.take(values);
        CHECK(draws.position == static_cast<std::uint64_t>(position));
    }
    RandomState again{.seed = 3};
    float first[6], second[6];
    fill_uniform(Cpu{}, 6, again.take(6), 0, 1, first);
    fill_uniform(Cpu{}, 6, again.take(6), 0, 1, second);
    for (const float one : first)
        for (const float other : second) CHECK(one != other);
}

TEST_CASE("Normal numbers are normal") {
    std::vector<float> x(2'000'000);
    fill_normal(Cpu{}, static_cast<long>(x.size()), RandomState{.seed = 1}, x.data());
    const Moments m = moments_of(x);
    // Five standard errors each.
    const double n = static_cast<double>(x.size());
    CHECK(std::abs(m.mean) < 5 / std::sqrt(n));
    CHECK(std::abs(m.variance - 1) < 5 * std::sqrt(2 / n));
    CHECK(std::abs(m.skewness) < 5 * std::sqrt(6 / n));
    CHECK(std::abs(m.kurtosis - 3) < 5 * std::sqrt(24 / n));
    for (double limit : {-4., -3., -1., -0.1, 0., 0.5, 2., 3.5}) {
        CAPTURE(limit);
        double below = 0;
        for (const float v : x) below += v < limit ? 1 / n : 0;
        const double want = 0.5 * std::erfc(-limit / std::sqrt(2.));
        CHECK(std::abs(below - want) < 5 * std::sqrt(want * (1 - want) / n));
    }
    // Neighbours, which share a radius, are independent all the same.
    double product = 0, squares = 0;
    for (std::size_t i = 0; i + 1 < x.size(); i += 2) {
        product += double{x[i]} * x[i + 1] / (n / 2);
        squares += (double{x[i]} * x[i] - 1) * (double{x[i + 1]} * x[i + 1] - 1) / (n / 2);
    }
    CHECK(std::abs(product) < 5 / std::sqrt(n / 2));
    CHECK(std::abs(squares) < 5 * 2 / std::sqrt(n / 2));
}

TEST_CASE("The two halves of a normal number are right") {
    double radius_error = 0, direction_error = 0;
    for (std::uint64_t word = 0; word < (std::uint64_t{1} << 32); word += 4099) {
        const auto drawn = static_cast<std::uint32_t>(word);
        const double uniform = static_cast<double>(std::fma(float_of(drawn), 0x1p-32f, 0x1p-33f));
        if (uniform < 1) {
            const double want = -2 * std::log(uniform);
            radius_error = std::max(radius_error, std::abs(squared_radius_of(drawn) - want) / want);
        }
        const double angle = static_cast<double>(word) * 0x1p-31 * 3.14159265358979323846;
        const detail::Direction direction = detail::direction_of(drawn);
        direction_error = std::max({direction_error, std::abs(direction.cosine - std::cos(angle)),
                                    std::abs(direction.sine - std::sin(angle))});
    }
    CHECK(radius_error < 1.2e-7);
    CHECK(direction_error < 1.2e-7);
    CHECK(std::sqrt(squared_radius_of(0)) > 6.7f);
    CHECK(squared_radius_of(0xffffffff) == 0);
}

TEST_CASE("Uniform numbers fill their range and never leave it") {
    std::vector<float> x(1'000'000);
    fill_uniform(Cpu{}, static_cast<long>(x.size()), RandomState{.seed = 2}, -2, 6, x.data());
    const Moments m = moments_of(x);
    const double n = static_cast<double>(x.size());
    CHECK(std::abs(m.mean - 2) < 5 * std::sqrt(64 / 12. / n));
    CHECK(m.variance == doctest::Approx(64 / 12.).epsilon(0.01));
    CHECK(m.kurtosis == doctest::Approx(1.8).epsilon(0.01));
    float lowest = x[0], highest = x[0];
    for (const float v : x) lowest = std::min(lowest, v), highest = std::max(highest, v);
    CHECK(lowest >= -2);
    CHECK(lowest < -1.999f);
    CHECK(highest < 6);
    CHECK(highest > 5.999f);
    // So narrow that most sums round to one of the two ends.
    const float above_one = std::nextafter(1.f, 2.f);
    fill_uniform(Cpu{}, 1000, RandomState{.seed = 3}, 1, above_one, x.data());
    for (std::size_t i = 0; i < 1000; ++i) REQUIRE(x[i] == 1.f);
    CHECK(uniform_of(0xffffffff, 0, 1, std::nextafter(1.f, 0.f)) < 1);
}

TEST_CASE("A mask keeps as many as it should") {
    std::vector<float> mask(100'000);
    const auto kept = [&](float probability) {
        fill_keep_mask(Cpu{}, static_cast<long>(mask.size()), RandomState{.seed = 4}, probability, 3, mask.data());
        double count = 0;
        for (const float v : mask) {
            REQUIRE((v == 0 || v == 3));
            count += v != 0;
        }
        return count / static_cast<double>(mask.size());
    };
    CHECK(kept(0) == 1);
    CHECK(kept(1) == 0);
    CHECK(kept(0.3f) == doctest::Approx(0.7).epsilon(0.01));
    CHECK(kept(0.9f) == doctest::Approx(0.1).epsilon(0.05));
}
