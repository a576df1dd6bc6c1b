// Kernels that move values, over thrust, against the plain loops.
#include "genotype/kernels/portable/rearrange.hpp"

#include <doctest/doctest.h>

#include "genotype/kernels/portable/bilinear.hpp"
#include "genotype/kernels/reference/bilinear.hpp"
#include "genotype/kernels/reference/rearrange.hpp"
#include "support/kernel_arrays.hpp"
#include "support/thrust_devices.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

/// Checks that move(device, y) writes the same `count` values as the plain loops, with 1 and 3 threads.
template <class Device, class Move>
void check_same(long count, const Move& move) {
    const auto run = [&](auto device) {
        Array y = unwritten(count);
        move(device, y.data());
        return y;
    };
    const Array wanted = run(Reference{});
    for (int threads : {1, 3}) CHECK(same_bits(with_threads(threads, [&] { return run(Device{}); }), wanted));
}

}  // namespace

TEST_CASE_TEMPLATE("transpose over thrust", Device, GENOTYPE_THRUST_DEVICES) {
    struct Case {
        int batch, rows, columns;
    };
    for (const Case c : {Case{1, 1, 1}, {2, 1, 5}, {2, 5, 1}, {1, 2, 3}, {3, 17, 33}, {5, 49, 64}, {70, 16, 40}}) {
        const long count = static_cast<long>(c.batch) * c.rows * c.columns;
        const Array x = random_array(count, 1);
        check_same<Device>(count, [&](auto d, float* y) { transpose(d, c.batch, c.rows, c.columns, x.data(), y); });
    }
}

TEST_CASE_TEMPLATE("reshape over thrust", Device, GENOTYPE_THRUST_DEVICES) {
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
        const Array x = random_array(count, 1);
        check_same<Device>(count, [&](auto d, float* y) {
            reshape(d, c.batch, c.pixels, c.channels, c.new_pixels, c.new_channels, x.data(), y);
        });
    }
}

TEST_CASE_TEMPLATE("upsample and pixel shuffle over thrust, and their backwards", Device, GENOTYPE_THRUST_DEVICES) {
    struct Case {
        int batch, height, width, channels, factor;
    };
    for (const Case c : {Case{1, 1, 1, 1, 3}, {1, 1, 2, 1, 2}, {2, 3, 5, 3, 1}, {3, 5, 3, 17, 2}, {2, 8, 7, 33, 3}}) {
        const long small = static_cast<long>(c.batch) * c.height * c.width * c.channels;
        const long large = small * c.factor * c.factor;
        const Array few = random_array(small, 1), many = random_array(large, 2);
        check_same<Device>(large, [&](auto d, float* y) {
            upsample_nearest(d, c.batch, c.height, c.width, c.channels, c.factor, few.data(), y);
        });
        check_same<Device>(small, [&](auto d, float* dx) {
            upsample_nearest_backward(d, c.batch, c.height, c.width, c.channels, c.factor, many.data(), dx);
        });
        check_same<Device>(large, [&](auto d, float* y) {
            pixel_shuffle(d, c.batch, c.height, c.width, c.channels, c.factor, many.data(), y);
        });
        check_same<Device>(large, [&](auto d, float* dx) {
            pixel_shuffle_backward(d, c.batch, c.height, c.width, c.channels, c.factor, many.data(), dx);
        });
    }
}

TEST_CASE_TEMPLATE("issue 18.9: bilinear upsample over thrust, and its backward", Device, GENOTYPE_THRUST_DEVICES) {
    struct Case {
        int batch, height, width, channels, factor;
    };
    for (const Case c : {Case{1, 1, 1, 1, 3}, {2, 3, 5, 3, 1}, {3, 5, 3, 17, 2}, {2, 8, 1, 33, 3}, {2, 1, 6, 5, 5}}) {
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
        const Array y = with_threads(1, [&] { return run(Device{}); });
        const Array dx = with_threads(1, [&] { return run_back(Device{}); });
        CHECK(same_bits(y, with_threads(3, [&] { return run(Device{}); })));
        CHECK(same_bits(dx, with_threads(3, [&] { return run_back(Device{}); })));
        CHECK(difference(y, run(Reference{})) < 1e-6);
        CHECK(difference(dx, run_back(Reference{}), c.factor) < 2e-6);
    }
}
