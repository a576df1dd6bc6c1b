// The elementwise kernels and sums: every device, sizes around a vector's, a chunk's and the limit of threads.
#include <doctest/doctest.h>
#include <omp.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "genotype/kernels/cpu/elementwise.hpp"
#include "genotype/kernels/cpu/random.hpp"
#include "genotype/kernels/reference/elementwise.hpp"
#include "support/sizes.hpp"

using namespace genotype;

namespace {

struct MultiplyAdd {
    float factor;

    template <class V>
    constexpr V operator()(V x, V y, V z) const {
        return fma(x, y, z * V(factor));
    }
};

struct Follow {
    template <class V>
    constexpr void operator()(V& place, V& velocity, const V& force) const {
        velocity = velocity + force;
        place = place + velocity;
    }
};

struct Itself {
    template <class V>
    constexpr V operator()(V x) const {
        return x;
    }
};

struct Product {
    template <class V>
    constexpr V operator()(V x, V y) const {
        return x * y;
    }
};

const std::vector<long> sizes = {0,   1,   3,   4,   7,   8,    9,    15,   16,   17,    31,    33,    63,    64,
                                 100, 511, 512, 513, 527, 4095, 4096, 4097, 8192, 12345, 32767, 32768, 32769, 300'001};

std::vector<float> noise(long n, std::uint64_t seed) {
    std::vector<float> x(static_cast<std::size_t>(n));
    fill_uniform(Cpu{}, n, RandomState{.seed = seed}, -1, 1, x.data());
    return x;
}

bool same_bits(const std::vector<float>& left, const std::vector<float>& right) {
    return left.size() == right.size() && std::memcmp(left.data(), right.data(), left.size() * sizeof(float)) == 0;
}

/// What `work` writes with 1 thread and with 2 and 3, which must be the same.
template <class Work>
std::vector<float> with_any_threads(const Work& work) {
    const int before = omp_get_max_threads();
    omp_set_num_threads(1);
    const std::vector<float> alone = work();
    for (int threads : {2, 3}) {
        omp_set_num_threads(threads);
        CHECK(same_bits(work(), alone));
    }
    omp_set_num_threads(before);
    return alone;
}

/// The value behind the last one, which no kernel may touch.
constexpr float guard = -12345;

}  // namespace

TEST_CASE("map") {
    for (long n : sizes) {
        CAPTURE(n);
        const auto x = noise(n, 1), y = noise(n, 2), z = noise(n, 3);
        const auto run = [&](auto device) {
            std::vector<float> out(static_cast<std::size_t>(n) + 1, guard);
            map(device, n, MultiplyAdd{0.5f}, out.data(), x.data(), y.data(), z.data());
            return out;
        };
        const auto got = with_any_threads([&] { return run(Cpu{}); });
        const auto want = run(Reference{});
        CHECK(got.back() == guard);
        for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
            REQUIRE(got[i] == doctest::Approx(want[i]).epsilon(1e-6));
        auto in_place = x;
        map(Cpu{}, n, MultiplyAdd{0.5f}, in_place.data(), in_place.data(), y.data(), z.data());
        in_place.push_back(guard);
        CHECK(same_bits(in_place, got));
    }
}

TEST_CASE("update") {
    for (long n : sizes) {
        CAPTURE(n);
        const auto force = noise(n, 4);
        const auto run = [&](auto device) {
            auto place = noise(n, 5), velocity = noise(n, 6);
            place.push_back(guard), velocity.push_back(guard);
            update(device, n, Follow{}, place.data(), velocity.data(), force.data());
            place.insert(place.end(), velocity.begin(), velocity.end());
            return place;
        };
        CHECK(same_bits(with_any_threads([&] { return run(Cpu{}); }), run(Reference{})));
    }
}

TEST_CASE("sum") {
    for (long n : sizes) {
        CAPTURE(n);
        const auto x = noise(n, 7), y = noise(n, 8);
        const auto run = [&](auto device) {
            std::vector<float> total(1, guard);
            sum(device, n, Product{}, total.data(), x.data(), y.data());
            return total;
        };
        const float got = with_any_threads([&] { return run(Cpu{}); })[0];
        // The sum of n rounding errors of values below 1, at random.
        CHECK(std::abs(got - run(Reference{})[0]) <= 1e-6 * std::sqrt(static_cast<double>(n) + 1));
    }
}

TEST_CASE("A long sum of equal values keeps its digits") {
    const std::vector<float> x(3'000'000, 0.1f);
    float total = 0;
    sum(Cpu{}, static_cast<long>(x.size()), Itself{}, &total, x.data());
    CHECK(total == doctest::Approx(300'000.).epsilon(1e-6));
}

TEST_CASE("column_sums") {
    for (int columns : {1, 2, 3, 5, 8, 16, 17, 31, 32, 33, 64, 100, 255, 256, 257, 784})
        for (long rows : {0, 1, 2, 63, 64, 65, 127, 128, 200, 1023, 1025, 5000}) {
            if (genotype_test::has_fewer_sizes && rows * columns > 300'000) continue;
            CAPTURE(columns);
            CAPTURE(rows);
            const auto x = noise(rows * columns, 9);
            const auto run = [&](auto device, bool accumulate) {
                std::vector<float> sums(static_cast<std::size_t>(columns) + 1, accumulate ? 2.f : guard);
                column_sums(device, rows, columns, x.data(), sums.data(), accumulate);
                return sums;
            };
            for (bool accumulate : {false, true}) {
                const auto got = with_any_threads([&] { return run(Cpu{}, accumulate); });
                const auto want = run(Reference{}, accumulate);
                REQUIRE(got.back() == want.back());
                for (std::size_t c = 0; c < want.size(); ++c)
                    REQUIRE(std::abs(got[c] - want[c]) <= 1e-6 * std::sqrt(static_cast<double>(rows) + 1));
            }
        }
}
