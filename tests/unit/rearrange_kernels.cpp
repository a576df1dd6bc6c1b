// Kernels that move values: the fast ones against the plain ones, and both against values worked out by hand.
#include <doctest/doctest.h>

#include <numeric>

#include "genotype/kernels/cpu/bilinear.hpp"
#include "genotype/kernels/cpu/rearrange.hpp"
#include "genotype/kernels/reference/bilinear.hpp"
#include "genotype/kernels/reference/rearrange.hpp"
#include "support/kernel_arrays.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

Array counted(long count) {
    Array values(static_cast<unsigned long>(count));
    std::iota(values.begin(), values.end(), 0.0f);
    return values;
}

/// What `move(device, y)` writes, after all devices and numbers of threads gave the same.
template <class Move>
Array agreed(long count, Move move) {
    auto run = [&](auto device) {
        Array y = unwritten(count);
        move(device, y.data());
        return y;
    };
    const Array wanted = run(Reference{});
    CHECK(same_bits(with_threads(1, [&] { return run(Cpu{}); }), wanted));
    CHECK(same_bits(with_threads(2, [&] { return run(Cpu{}); }), wanted));
    return wanted;
}

struct Sizes {
    int batch, rows, columns;
};

}  // namespace

TEST_CASE("transpose") {
    for (const Sizes s : {Sizes{1, 1, 1}, {2, 1, 5}, {2, 5, 1}, {1, 2, 3}, {3, 17, 33}, {5, 49, 64}, {70, 16, 40}}) {
        const long count = static_cast<long>(s.batch) * s.rows * s.columns;
        const Array x = counted(count);
        const Array y =
            agreed(count, [&](auto d, float* to) { transpose(d, s.batch, s.rows, s.columns, x.data(), to); });
        const Array back =
            agreed(count, [&](auto d, float* to) { transpose(d, s.batch, s.columns, s.rows, y.data(), to); });
        CHECK(back == x);
        if (s.batch == 1 && s.rows == 2) CHECK(y == Array{0, 3, 1, 4, 2, 5});
    }
}

TEST_CASE("reshape keeps the order of channels, then pixels") {
    struct Case {
        int batch, pixels, channels, new_pixels, new_channels;
    };
    for (const Case c : {Case{2, 1, 60, 12, 5},
                         {3, 12, 5, 1, 60},
                         {2, 6, 10, 15, 4},
                         {3, 15, 4, 6, 10},
                         {1, 7, 5, 7, 5},
                         {90, 16, 12, 8, 24},
                         {1, 60, 1, 12, 5}}) {
        const long count = static_cast<long>(c.batch) * c.pixels * c.channels;
        const Array x = counted(count);
        const Array y = agreed(count, [&](auto d, float* to) {
            reshape(d, c.batch, c.pixels, c.channels, c.new_pixels, c.new_channels, x.data(), to);
        });
        // Both sides in the order (channels, pixels) hold the same.
        Array logical_x = unwritten(count), logical_y = unwritten(count);
        transpose(Reference{}, c.batch, c.pixels, c.channels, x.data(), logical_x.data());
        transpose(Reference{}, c.batch, c.new_pixels, c.new_channels, y.data(), logical_y.data());
        CHECK(logical_x == logical_y);
    }
}

TEST_CASE("upsample and its backward") {
    struct Case {
        int batch, height, width, channels, factor;
    };
    for (const Case c : {Case{1, 1, 1, 1, 3}, {1, 1, 2, 1, 2}, {2, 3, 5, 3, 1}, {3, 5, 3, 17, 2}, {2, 8, 8, 64, 3}}) {
        const long small = static_cast<long>(c.batch) * c.height * c.width * c.channels;
        const long large = small * c.factor * c.factor;
        const Array x = counted(small), dy = counted(large);
        const Array y = agreed(large, [&](auto d, float* to) {
            upsample_nearest(d, c.batch, c.height, c.width, c.channels, c.factor, x.data(), to);
        });
        const Array dx = agreed(small, [&](auto d, float* to) {
            upsample_nearest_backward(d, c.batch, c.height, c.width, c.channels, c.factor, dy.data(), to);
        });
        if (c.width == 2) {
            CHECK(y == Array{0, 0, 1, 1, 0, 0, 1, 1});
            CHECK(dx == Array{0 + 1 + 4 + 5, 2 + 3 + 6 + 7});
        }
    }
}

TEST_CASE("issue 18.9: bilinear upsample and its backward agree with the plain ones, for every number of threads") {
    struct Case {
        int batch, height, width, channels, factor;
    };
    for (const Case c : {Case{1, 1, 1, 1, 3},
                         {2, 3, 5, 3, 1},
                         {3, 5, 3, 17, 2},
                         {2, 8, 1, 64, 3},
                         {1, 4, 9, 1, 4},
                         {2, 1, 6, 5, 5},
                         {1, 16, 16, 33, 2}}) {
        const long small = static_cast<long>(c.batch) * c.height * c.width * c.channels;
        const long large = small * c.factor * c.factor;
        const Array x = random_array(small, 1), dy = random_array(large, 2);
        const auto run = [&](auto d) {
            Array y = unwritten(large);
            upsample_bilinear(d, c.batch, c.height, c.width, c.channels, c.factor, x.data(), y.data());
            return y;
        };
        const auto run_back = [&](auto d) {
            Array dx = unwritten(small);
            upsample_bilinear_backward(d, c.batch, c.height, c.width, c.channels, c.factor, dy.data(), dx.data());
            return dx;
        };
        const Array y = with_threads(1, [&] { return run(Cpu{}); });
        const Array dx = with_threads(1, [&] { return run_back(Cpu{}); });
        CHECK(same_bits(y, with_threads(2, [&] { return run(Cpu{}); })));
        CHECK(same_bits(dx, with_threads(2, [&] { return run_back(Cpu{}); })));
        CHECK(difference(y, run(Reference{})) < 1e-6);
        CHECK(difference(dx, run_back(Reference{}), c.factor) < 2e-6);
        if (c.factor == 1) CHECK(y == x);
    }
}

// What PyTorch 2.15 says: Upsample(scale_factor=2, mode='bilinear') of ((0, 1), (2, 4)), its gradient of 0 to 15, and
// scale_factor=3 of a row (0, 3, 9).
TEST_CASE("issue 18.9: bilinear upsample mixes as PyTorch does") {
    const auto check = [](auto device) {
        const Array x{0, 1, 2, 4}, row{0, 3, 9};
        Array y = unwritten(16), dx = unwritten(4), three = unwritten(27), dy(16, 0.0f);
        std::iota(dy.begin(), dy.end(), 0.0f);
        upsample_bilinear(device, 1, 2, 2, 1, 2, x.data(), y.data());
        CHECK(y == Array{0, 0.25f, 0.75f, 1,             //
                         0.5f, 0.8125f, 1.4375f, 1.75f,  //
                         1.5f, 1.9375f, 2.8125f, 3.25f,  //
                         2, 2.5f, 3.5f, 4});
        upsample_bilinear_backward(device, 1, 2, 2, 1, 2, dy.data(), dx.data());
        CHECK(dx == Array{12.5f, 19.5f, 40.5f, 47.5f});
        upsample_bilinear(device, 1, 1, 3, 1, 3, row.data(), three.data());
        for (const unsigned long line : {0UL, 9UL, 18UL}) {
            const Array found(three.begin() + static_cast<long>(line), three.begin() + static_cast<long>(line) + 9);
            CHECK(difference(found, {0, 0, 1, 2, 3, 5, 7, 9, 9}) < 1e-6);
        }
    };
    check(Cpu{});
    check(Reference{});
}

TEST_CASE("pixel shuffle and its backward") {
    struct Case {
        int batch, height, width, channels, factor;
    };
    for (const Case c : {Case{1, 1, 1, 2, 2}, {2, 3, 5, 3, 1}, {3, 5, 3, 5, 2}, {1, 2, 2, 1, 3}, {4, 8, 8, 17, 3}}) {
        const long count = static_cast<long>(c.batch) * c.height * c.width * c.channels * c.factor * c.factor;
        const Array x = counted(count);
        const Array y = agreed(count, [&](auto d, float* to) {
            pixel_shuffle(d, c.batch, c.height, c.width, c.channels, c.factor, x.data(), to);
        });
        const Array back = agreed(count, [&](auto d, float* to) {
            pixel_shuffle_backward(d, c.batch, c.height, c.width, c.channels, c.factor, y.data(), to);
        });
        CHECK(back == x);
        // Eight channels of one pixel: values 0 to 3 are the square of channel 0, 4 to 7 that of channel 1.
        if (c.batch == 1 && c.height == 1) CHECK(y == Array{0, 4, 1, 5, 2, 6, 3, 7});
    }
}
