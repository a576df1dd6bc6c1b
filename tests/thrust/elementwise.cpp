// Elementwise kernels, sums and halves over thrust against plain loops.
#include "genotype/kernels/reference/elementwise.hpp"

#include <doctest/doctest.h>

#include "genotype/kernels/portable/elementwise.hpp"
#include "genotype/kernels/portable/halves.hpp"
#include "genotype/kernels/reference/halves.hpp"
#include "genotype/layers/gated.hpp"
#include "genotype/layers/silu.hpp"
#include "support/kernel_arrays.hpp"
#include "support/thrust_devices.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

struct MultiplyAdd {
    float factor;

    template <class V>
    constexpr V operator()(V x, V y, V z) const {
        return x * y + z * V(factor);
    }
};

struct Follow {
    template <class V>
    constexpr void operator()(V& place, V& velocity, const V& force) const {
        velocity = velocity + force;
        place = place + velocity;
    }
};

struct Pull {
    float factor;

    template <class V>
    constexpr void operator()(V& place, const V& force) const {
        place = place + V(factor) * force;
    }
};

struct Product {
    template <class V>
    constexpr V operator()(V x, V y) const {
        return x * y;
    }
};

const long sizes[] = {0, 1, 3, 1023, 1024, 1025, 2048, 30'001};

/// What stands behind the last value, which no kernel may touch.
constexpr float guard = -12345;

/// The device's result, which must be the same for every number of threads.
template <class Run>
Array with_any_threads(const Run& run) {
    const Array alone = with_threads(1, run);
    CHECK(same_bits(with_threads(3, run), alone));
    return alone;
}

}  // namespace

TEST_CASE_TEMPLATE("map", Device, GENOTYPE_THRUST_DEVICES) {
    for (const long n : sizes) {
        CAPTURE(n);
        const Array x = random_array(n, 1), y = random_array(n, 2), z = random_array(n, 3);
        const auto run = [&](auto device) {
            Array out = unwritten(n);
            out.push_back(guard);
            map(device, n, MultiplyAdd{0.5f}, out.data(), x.data(), y.data(), z.data());
            return out;
        };
        CHECK(difference(with_any_threads([&] { return run(Device{}); }), run(Reference{})) < 1e-6);
        Array in_place = x;
        map(Device{}, n, MultiplyAdd{0.5f}, in_place.data(), in_place.data(), y.data(), z.data());
        in_place.push_back(guard);
        CHECK(same_bits(in_place, run(Device{})));
    }
}

TEST_CASE_TEMPLATE("update", Device, GENOTYPE_THRUST_DEVICES) {
    for (const long n : sizes) {
        CAPTURE(n);
        const Array force = random_array(n, 4);
        const auto run = [&](auto device) {
            Array place = random_array(n, 5), velocity = random_array(n, 6);
            place.push_back(guard), velocity.push_back(guard);
            update(device, n, Follow{}, place.data(), velocity.data(), force.data());
            place.insert(place.end(), velocity.begin(), velocity.end());
            return place;
        };
        CHECK(same_bits(with_any_threads([&] { return run(Device{}); }), run(Reference{})));
    }
}

TEST_CASE_TEMPLATE("sum", Device, GENOTYPE_THRUST_DEVICES) {
    for (const long n : sizes) {
        CAPTURE(n);
        const Array x = random_array(n, 7), y = random_array(n, 8);
        const auto run = [&](auto device) {
            Array total(1, guard);
            sum(device, n, Product{}, total.data(), x.data(), y.data());
            return total;
        };
        const double size = std::sqrt(static_cast<double>(n) + 1);
        CHECK(difference(with_any_threads([&] { return run(Device{}); }), run(Reference{}), size) < 1e-6);
    }
    const Array tenths(3'000'000, 0.1f), ones(tenths.size(), 1);
    float total = 0;
    sum(Device{}, static_cast<long>(tenths.size()), Product{}, &total, tenths.data(), ones.data());
    CHECK(total == doctest::Approx(300'000.).epsilon(1e-6));
}

TEST_CASE_TEMPLATE("column_sums", Device, GENOTYPE_THRUST_DEVICES) {
    for (const int columns : {1, 3, 16, 257})
        for (const long rows : {0, 1, 65, 1025})
            for (const bool accumulate : {false, true}) {
                CAPTURE(columns);
                CAPTURE(rows);
                const Array x = random_array(rows * columns, 9);
                const auto run = [&](auto device) {
                    Array sums = accumulate ? random_array(columns, 10) : unwritten(columns);
                    sums.push_back(guard);
                    column_sums(device, rows, columns, x.data(), sums.data(), accumulate);
                    return sums;
                };
                const double size = std::sqrt(static_cast<double>(rows) + 1);
                CHECK(difference(with_any_threads([&] { return run(Device{}); }), run(Reference{}), size) < 1e-6);
            }
}

TEST_CASE_TEMPLATE("ranges that two functors change in turns", Device, GENOTYPE_THRUST_DEVICES) {
    const Pull two[2] = {{1}, {-2}};
    for (const std::vector<long>& ends : {std::vector<long>{7}, {1, 2, 3, 4}, {5, 900, 1024, 1025, 3000}})
        for (const int first : {0, 1}) {
            CAPTURE(ends.size());
            CAPTURE(first);
            const long n = ends.back();
            const Array force = random_array(n, 1);
            const kernels::Turns turns{ends.data(), static_cast<int>(ends.size()), first};
            const auto run = [&](auto device) {
                Array place = random_array(n, 2);
                place.push_back(guard);
                update_in_turns(device, turns, two, n, place.data(), force.data());
                return place;
            };
            Array expected = random_array(n, 2);
            for (long i = 0, range = 0; i < n; ++i) {
                range += i >= ends[static_cast<std::size_t>(range)];
                const auto at = static_cast<std::size_t>(i);
                expected[at] += two[(first + range) % 2].factor * force[at];
            }
            expected.push_back(guard);
            CHECK(run(Reference{}) == expected);
            CHECK(with_any_threads([&] { return run(Device{}); }) == expected);
        }
}

TEST_CASE_TEMPLATE("ranges that functors of their own change", Device, GENOTYPE_THRUST_DEVICES) {
    const Pull functors[3] = {{1}, {-2}, {4}};  // products that are exact: a GPU does not round before it adds
    const std::vector<std::vector<long>> lists{{7}, {1, 2, 3, 4}, {5, 900, 1024, 1025, 3000}};
    const long numbers[] = {2, -1, 0, 1, 2};
    for (const std::vector<long>& ends : lists) {
        CAPTURE(ends.size());
        const long n = ends.back();
        const Array force = random_array(n, 1);
        const kernels::GroupRanges ranges{ends.data(), numbers, static_cast<int>(ends.size())};
        const auto run = [&](auto device) {
            Array place = random_array(n, 2);
            place.push_back(guard);
            update_ranges(device, ranges, functors, sizeof(Pull), n, place.data(), force.data());
            return place;
        };
        Array expected = random_array(n, 2);
        for (long i = 0, range = 0; i < n; ++i) {
            range += i >= ends[static_cast<std::size_t>(range)];
            const auto at = static_cast<std::size_t>(i);
            const long number = numbers[range];
            if (number >= 0) expected[at] += functors[number].factor * force[at];
        }
        expected.push_back(guard);
        CHECK(run(Reference{}) == expected);
        CHECK(with_any_threads([&] { return run(Device{}); }) == expected);
    }
}

TEST_CASE_TEMPLATE("halves", Device, GENOTYPE_THRUST_DEVICES) {
    const auto gate = SiLU::function_of_input();
    using Function = std::remove_const_t<decltype(gate)>;
    for (const long rows : {0, 1, 5, 64})
        for (const long width : {1, 2, 17, 300}) {
            CAPTURE(rows);
            CAPTURE(width);
            const Array x = random_array(2 * rows * width, 1), dy = random_array(rows * width, 2);
            const auto forward = [&](auto device) {
                Array y = unwritten(rows * width);
                y.push_back(guard);
                map_halves(device, rows, width, detail::GateForward<Function>{gate}, x.data(), y.data());
                return y;
            };
            const auto backward = [&](auto device) {
                Array dx = unwritten(2 * rows * width);
                dx.push_back(guard);
                map_halves_backward(device, rows, width, detail::GateBackward<Function>{gate}, x.data(), dy.data(),
                                    dx.data());
                return dx;
            };
            CHECK(difference(with_any_threads([&] { return forward(Device{}); }), forward(Reference{})) < 1e-6);
            CHECK(difference(with_any_threads([&] { return backward(Device{}); }), backward(Reference{})) < 2e-6);
        }
}
