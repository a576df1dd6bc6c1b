// Convolutions over thrust against plain loops: all three directions over many shapes.
#include "genotype/kernels/portable/convolution.hpp"

#include <doctest/doctest.h>

#include "genotype/kernels/reference/convolution.hpp"
#include "support/convolution_runs.hpp"
#include "support/kernel_arrays.hpp"
#include "support/thrust_devices.hpp"

using namespace genotype;
using namespace convolution_test;

namespace {

std::vector<Case> table() {
    return {// The layers of a DCGAN and of a VAE, narrow.
            conv(3, 20, 4, 2, 1, 16, 16, 3), conv(24, 33, 4, 2, 1, 8, 8, 2), conv(64, 1, 4, 1, 0, 4, 4, 9),
            transposed(40, 30, 4, 1, 0, 1, 1, 5), transposed(3, 16, 4, 2, 1, 8, 7, 2),
            // Products on both sides of the columns that are made together.
            linear(15, 17, 1), linear(16, 16, 3), linear(17, 15, 64), linear(1, 1, 2), linear(300, 33, 5),
            // Every kernel and stride, even images and odd ones, paddings of none to more than the image.
            conv(5, 7, 1, 1, 0, 7, 9, 3), conv(6, 4, 1, 2, 0, 7, 6, 2), conv(4, 6, 1, 3, 0, 8, 8, 3),
            conv(4, 6, 2, 3, 0, 9, 10, 4), conv(1, 1, 3, 1, 1, 5, 7, 2), conv(5, 17, 3, 2, 1, 9, 6, 4),
            conv(6, 5, 3, 3, 2, 10, 8, 2), conv(3, 2, 3, 2, 3, 4, 5, 7), conv(8, 8, 4, 3, 1, 12, 9, 3),
            conv(2, 3, 5, 1, 3, 2, 2, 3), conv(3, 16, 5, 2, 0, 13, 9, 2), conv(17, 33, 5, 3, 2, 11, 10, 2),
            transposed(7, 9, 2, 3, 0, 3, 4, 10), transposed(16, 12, 2, 2, 0, 5, 5, 2),
            transposed(4, 32, 3, 2, 1, 4, 4, 2), transposed(2, 3, 5, 3, 2, 3, 5, 2),
            // A stride of which most phases hold neither a tap nor, in the second, a pixel.
            conv(4, 16, 2, 60, 0, 63, 63, 2), conv(2, 3, 2, 5, 1, 2, 3, 2)};
}

}  // namespace

TEST_CASE_TEMPLATE("convolutions over thrust agree with plain loops", Device, GENOTYPE_THRUST_DEVICES) {
    for (const Case& c : table())
        for (bool with_bias : {false, true}) compare_with_reference<Device>(c, with_bias);
}

TEST_CASE_TEMPLATE("they agree on random shapes", Device, GENOTYPE_THRUST_DEVICES) {
    std::mt19937 generator(7);
    auto draw = [&](int low, int high) {
        return low + static_cast<int>(generator() % static_cast<unsigned>(high - low + 1));
    };
    for (int i = 0; i < 60; ++i) {
        const int kernel = draw(1, 5), stride = draw(1, 3), padding = draw(0, 3), batch = draw(1, 4);
        const int large = draw(1, 18), small = draw(1, 18), height = draw(1, 6), width = draw(1, 6);
        if (i % 2 == 0)
            compare_with_reference<Device>(
                conv(large, small, kernel, stride, padding, height + kernel, width + kernel, batch), i % 4 == 0);
        else if ((height - 1) * stride + kernel > 2 * padding && (width - 1) * stride + kernel > 2 * padding)
            compare_with_reference<Device>(transposed(large, small, kernel, stride, padding, height, width, batch),
                                           i % 4 == 1);
    }
}

TEST_CASE("every number of threads gives convolutions over thrust the same bits") {
    for (const Case& c : table()) {
        CAPTURE(c);
        const Results one = kernel_test::with_threads(1, [&] { return run(ThrustOmp{}, c, true); });
        CHECK((run(ThrustCpp{}, c, true) == one));
        for (int threads : {2, 3, 7})
            CHECK((kernel_test::with_threads(threads, [&] { return run(ThrustOmp{}, c, true); }) == one));
    }
}
