// The processor's convolutions against plain loops: all three directions over many shapes.
#include <doctest/doctest.h>
#include <omp.h>

#include <cmath>
#include <random>
#include <vector>

#include "genotype/kernels/cpu/conv/convolution.hpp"
#include "genotype/kernels/reference/convolution.hpp"
#include "genotype/kernels/reference/matmul.hpp"
#include "support/convolution_runs.hpp"
#include "support/sizes.hpp"

using namespace genotype;
using genotype_test::has_fewer_sizes, genotype_test::sized_for_sanitizers;
using namespace convolution_test;

namespace {

void compare_with_reference(const Case& c, bool with_bias) {
    CAPTURE(c);
    const kernels::ConvGeometry& g = c.geometry;
    const Results fast = run(Cpu{}, c, with_bias), plain = run(Reference{}, c, with_bias);
    const double limit = convolution_form(Cpu{}, g, c.batch) == kernels::ConvForm::winograd ? 4 : 1;
    CHECK(distance(fast.small, plain.small, 1.0 + g.taps() * g.large_channels) < limit);
    CHECK(distance(fast.large, plain.large, 1.0 + g.taps() * g.small_channels) < limit);
    const double pixels = 1.0 + static_cast<double>(c.batch) * g.small_pixels();
    CHECK(distance(fast.gradient, plain.gradient, pixels) < limit);
    CHECK(distance(fast.added, plain.added, pixels) < limit);
}

/// Whether sanitizers are done without it here, because they look at Winograd's form in winograd_kernels.cpp.
bool left_out(const Case& c) {
    return has_fewer_sizes && convolution_form(Cpu{}, c.geometry, c.batch) == kernels::ConvForm::winograd;
}

std::vector<Case> table() {
    return {
        // The layers of a DCGAN and of a VAE, with fewer samples where the reference would take long.
        conv(3, 64, 4, 2, 1, 32, 32, 3), conv(64, 128, 4, 2, 1, 16, 16, 15),
        conv(128, 256, 4, 2, 1, 8, 8, has_fewer_sizes ? 1 : 3), conv(256, 1, 4, 1, 0, 4, 4, 64),
        transposed(256, 100, 4, 1, 0, 1, 1, has_fewer_sizes ? 3 : 17), linear(784, 256, has_fewer_sizes ? 13 : 64),
        linear(256, 40, 64), linear(20, 256, 64), linear(256, 784, 1), conv(128, 256, 4, 2, 1, 8, 8, 16),
        // Few samples and windows that lie mostly outside, or not quite.
        transposed(64, 40, 4, 1, 0, 1, 1, 1), transposed(64, 40, 4, 1, 0, 1, 1, 2),
        transposed(64, 40, 4, 1, 0, 1, 1, 6), transposed(32, 40, 5, 1, 0, 2, 1, 1),
        transposed(32, 40, 4, 1, 0, 3, 3, 1), conv(32, 40, 5, 1, 2, 2, 2, 1), conv(32, 40, 3, 1, 1, 2, 2, 4),
        // Products on both sides of their blocks: of the contraction, of the panels, of the register tiles' rows,
        // of the gradient's rows and columns; one row; pixels as rows, more and fewer than weights.
        linear(513, 33, 15), linear(512, 31, 57), linear(511, 32, 13), linear(40, 129, 257), linear(29, 127, 256),
        linear(300, 20, 1), linear(17, 300, 1), linear(600, 143, 1), linear(90, 64, 2), linear(61, 70, 28),
        conv(48, 33, 1, 1, 0, 7, 9, 3), conv(32, 64, 1, 1, 0, 16, 16, 2), conv(600, 20, 1, 1, 0, 3, 2, 1),
        transposed(530, 24, 1, 1, 0, 2, 3, 2), conv(24, 16, 1, 2, 0, 7, 7, 3),
        // To few large channels: as many values a pixel as a block holds, and one more; blocks of pixels.
        conv(4, 20, 4, 2, 1, 9, 8, 3), transposed(16, 12, 2, 2, 0, 5, 5, 2), conv(65, 16, 1, 2, 0, 5, 5, 2),
        transposed(3, 16, 4, 2, 1, 16, 16, 2), transposed(1, 40, 4, 2, 1, 17, 16, 2), conv(2, 16, 3, 1, 1, 3, 5, 40),
        // Channels that fill no vector, and few of them.
        conv(1, 1, 3, 1, 1, 5, 7, 2), conv(5, 17, 3, 2, 1, 9, 6, 4), conv(33, 5, 2, 1, 0, 4, 4, 5),
        conv(17, 33, 5, 3, 2, 11, 10, 9), conv(64, 3, 3, 1, 1, 8, 9, 20), conv(16, 2, 3, 2, 1, 7, 7, 2),
        conv(3, 16, 5, 2, 0, 13, 9, 18), transposed(3, 64, 4, 2, 1, 5, 6, 16), transposed(4, 32, 3, 2, 1, 4, 4, 2),
        // Few channels read where they lie: one panel and more, tiles of a row that end early, seven channels and
        // eight, kernels of 16 and 17, a sample that fills the copy and one that does not fit it.
        conv(3, 48, 3, 1, 1, 9, 14, 3), conv(7, 16, 3, 2, 1, 8, 29, 2), conv(8, 16, 3, 2, 1, 8, 29, 2),
        conv(1, 96, 5, 1, 0, 6, 19, 5), conv(2, 32, 16, 3, 4, 25, 21, 2), conv(2, 32, 17, 3, 4, 25, 21, 2),
        conv(1, 16, 3, 1, 0, 64, 256, 1), conv(1, 16, 3, 1, 0, 64, 257, 1), transposed(32, 3, 4, 2, 1, 7, 15, 3),
        conv(4, 16, 2, 60, 0, 63, 63, 2),
        // To few small channels with a stride of 1: one quad and two, as many columns as there may be, even
        // kernels, each padding, bands of lines, the widest image and one wider, a tile's pixels and fewer.
        conv(64, 4, 3, 1, 1, 14, 14, 3), conv(16, 7, 3, 1, 1, 5, 9, 2), conv(64, 1, 5, 1, 2, 9, 8, 2),
        conv(32, 2, 4, 1, 1, 7, 9, 2), conv(32, 3, 4, 1, 2, 9, 7, 2), conv(16, 4, 3, 1, 0, 9, 11, 2),
        conv(16, 4, 3, 1, 2, 5, 5, 2), conv(16, 4, 3, 1, 1, 40, 60, 1), conv(16, 4, 3, 1, 1, 7, 113, 1),
        conv(16, 4, 3, 1, 1, 7, 114, 1), conv(16, 4, 3, 1, 1, 2, 7, 3), conv(16, 5, 3, 1, 1, 1, 5, 3),
        conv(32, 2, 4, 1, 0, 16, 17, 2), conv(672, 4, 3, 1, 1, 4, 4, 2), conv(688, 4, 3, 1, 1, 4, 4, 2),
        transposed(32, 4, 3, 1, 1, 6, 6, 2),
        // Products of many rows, of which a thread has all panels, and gradients that copy their operands or not.
        linear(40, 70, has_fewer_sizes ? 500 : 1500), has_fewer_sizes ? linear(515, 90, 300) : linear(530, 90, 1100),
        has_fewer_sizes ? linear(160, 260, 260) : linear(300, 290, 300), linear(29, 300, 150),
        // Strides longer than the kernel, paddings wider than the image, rows that no window reaches.
        conv(4, 6, 1, 3, 0, 8, 8, 3), conv(4, 6, 2, 3, 0, 9, 10, 14), conv(2, 3, 5, 1, 3, 2, 2, 3),
        conv(3, 2, 3, 2, 3, 4, 5, 7), conv(8, 8, 4, 3, 1, 12, 9, 33), transposed(7, 9, 2, 3, 0, 3, 4, 10),
        // Windows and images larger than the blocks that are worked on at a time.
        conv(70, 34, 5, 1, 2, 6, 6, has_fewer_sizes ? 2 : 8), linear(1500, 70, 9), conv(2, 3, 3, 1, 1, 40, 45, 2),
        conv(9, 40, 3, 1, 1, 3, 300, 1), conv(1, 2, 37, 1, 18, 40, 40, has_fewer_sizes ? 1 : 2),
        conv(5, 20, 11, 2, 5, 12, 12, 3), conv(9, 2, 21, 2, 3, 24, 24, 2)};
}

}  // namespace

TEST_CASE_TEMPLATE("a matrix product has the bits of a convolution of one tap", Device, Reference, Cpu) {
    for (const Case& c :
         {linear(784, 40, 9), linear(20, 300, 1), linear(300, 29, 150), conv(48, 33, 1, 1, 0, 7, 9, 3)}) {
        CAPTURE(c);
        const kernels::ProductGeometry g(c.geometry);
        const auto large = numbers(c.batch * g.large_floats(), 1), small = numbers(c.batch * g.small_floats(), 2);
        const auto weights = numbers(g.weights(), 3), small_bias = numbers(g.small_channels, 4),
                   large_bias = numbers(g.large_channels, 5);
        const kernels::ConvWeights plain{weights.data(), nullptr};
        Results found{unset(c.batch * g.small_floats()), unset(c.batch * g.large_floats()), unset(g.weights()),
                      numbers(g.weights(), 6)};
        matmul(Device{}, g, c.batch, large.data(), plain, small_bias.data(), found.small.data(), {});
        matmul_transposed(Device{}, g, c.batch, small.data(), plain, large_bias.data(), found.large.data(), {});
        matmul_weight_gradient(Device{}, g, c.batch, large.data(), small.data(), found.gradient.data(), false, {});
        matmul_weight_gradient(Device{}, g, c.batch, large.data(), small.data(), found.added.data(), true, {});
        CHECK((found == run(Device{}, c, true)));
    }
}

TEST_CASE("The processor's convolutions agree with plain loops") {
    bool with_bias = false;
    for (const Case& c : table())
        if (!left_out(c)) compare_with_reference(c, with_bias = !with_bias);
}

TEST_CASE("They agree on random shapes") {
    std::mt19937 generator(7);
    auto draw = [&](int low, int high) {
        return low + static_cast<int>(generator() % static_cast<unsigned>(high - low + 1));
    };
    constexpr int channels[] = {1, 3, 5, 16, 17, 33, 48, 64};
    for (int i = 0; i < 60; ++i) {
        const int kernel = draw(1, 5), stride = draw(1, 3), padding = draw(0, 3), batch = draw(1, 5) * draw(1, 5);
        const int large = channels[draw(0, 7)], small = channels[draw(0, 7)];
        const int height = draw(1, 9), width = draw(1, 9);
        if (i % 2 == 0)
            compare_with_reference(conv(large, small, kernel, stride, padding, height + kernel, width + kernel, batch),
                                   i % 4 == 0);
        else if ((height - 1) * stride + kernel > 2 * padding && (width - 1) * stride + kernel > 2 * padding)
            compare_with_reference(transposed(large, small, kernel, stride, padding, height, width, batch), i % 4 == 1);
    }
}

TEST_CASE("Every number of threads gives the same bits") {
    const int before = omp_get_max_threads();
    for (const Case& c : sized_for_sanitizers<Case>(
             {conv(64, 128, 4, 2, 1, 16, 16, 16), conv(3, 64, 4, 2, 1, 32, 32, 16), conv(64, 3, 3, 1, 1, 16, 16, 20),
              conv(1, 32, 5, 2, 2, 28, 28, 33), linear(784, 256, 64), linear(256, 784, 3),
              conv(40, 72, 3, 1, 1, 15, 17, 2), transposed(256, 100, 4, 1, 0, 1, 1, 64),
              transposed(256, 100, 4, 1, 0, 1, 1, 1), conv(64, 4, 3, 1, 1, 14, 14, 9), conv(64, 4, 3, 1, 1, 14, 14, 2),
              conv(32, 1, 3, 1, 1, 90, 40, 1), conv(128, 64, 1, 1, 0, 14, 14, 8), linear(300, 290, 300),
              linear(130, 65, 900)},
             // Each is worth threads still.
             {conv(3, 64, 4, 2, 1, 32, 32, 4), conv(64, 3, 3, 1, 1, 16, 16, 5), conv(1, 32, 5, 2, 2, 28, 28, 10),
              linear(300, 128, 40), linear(256, 784, 7), conv(40, 72, 3, 1, 1, 7, 9, 2),
              transposed(256, 100, 4, 1, 0, 1, 1, 5), transposed(256, 100, 4, 1, 0, 1, 1, 3),
              conv(64, 4, 3, 1, 1, 14, 14, 4), conv(64, 4, 3, 1, 1, 14, 14, 3), conv(32, 1, 3, 1, 1, 90, 40, 1),
              conv(128, 64, 1, 1, 0, 14, 14, 1), linear(160, 260, 260), linear(70, 65, 500)})) {
        if (left_out(c)) continue;
        CAPTURE(c);
        omp_set_num_threads(1);
        const Results one = run(Cpu{}, c, true);
        for (int threads : sized_for_sanitizers<int>({2, 3, 7}, {3})) {
            omp_set_num_threads(threads);
            CHECK((run(Cpu{}, c, true) == one));
        }
    }
    omp_set_num_threads(before);
}

TEST_CASE("The transposed convolution is the adjoint: <conv(x), y> = <x, conv_transposed(y)>") {
    for (const Case& c : {conv(64, 128, 4, 2, 1, 16, 16, 5), conv(17, 33, 5, 3, 2, 11, 10, 9), linear(784, 256, 64)}) {
        if (left_out(c)) continue;
        CAPTURE(c);
        const kernels::ConvGeometry& g = c.geometry;
        const Results results = run(Cpu{}, c, false);
        const auto x = numbers(c.batch * g.large_floats(), 1), y = numbers(c.batch * g.small_floats(), 2);
        double left = 0, right = 0, square = 0;
        for (std::size_t i = 0; i < y.size(); ++i) left += static_cast<double>(results.small[i]) * y[i];
        for (std::size_t i = 0; i < x.size(); ++i) right += static_cast<double>(results.large[i]) * x[i];
        for (float value : results.small) square += static_cast<double>(value) * value;
        CHECK(std::abs(left - right) < 1e-5 * std::sqrt(square));
    }
}
