// Convolutions of any geometry against plain loops: all three directions over many shapes, and borders of images.
#include <doctest/doctest.h>
#include <omp.h>

#include <concepts>
#include <random>
#include <vector>

#include "genotype/kernels/cpu/conv/border.hpp"
#include "genotype/kernels/cpu/conv/general_convolution.hpp"
#include "genotype/kernels/reference/general_convolution.hpp"
#include "support/convolution_runs.hpp"
#include "support/devices.hpp"
#include "support/sizes.hpp"

using namespace genotype;
using namespace convolution_test;
using kernels::GeneralConvGeometry;

namespace {

int small_size(int large, int kernel, int stride, int padding, int dilation) {
    return (large + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
}

/// With the small image that follows from the large one.
GeneralConvGeometry sized(GeneralConvGeometry g) {
    g.small = {small_size(g.large.height, g.kernel.height, g.stride.height, g.padding.height, g.dilation.height),
               small_size(g.large.width, g.kernel.width, g.stride.width, g.padding.width, g.dilation.width)};
    return g;
}

void compare_with_reference(const GeneralConvGeometry& g, int batch, bool with_bias) {
    INFO("channels " << g.large_channels << " <-> " << g.small_channels << " in " << g.groups << ", kernel "
                     << g.kernel.height << "x" << g.kernel.width << ", stride " << g.stride.height << "x"
                     << g.stride.width << ", padding " << g.padding.height << "x" << g.padding.width << ", dilation "
                     << g.dilation.height << "x" << g.dilation.width << ", " << g.large.height << "x" << g.large.width
                     << " <-> " << g.small.height << "x" << g.small.width << ", batch " << batch);
    REQUIRE(g.small.height > 0);
    REQUIRE(g.small.width > 0);
    const Results fast = run(TestedDevice{}, g, batch, with_bias), plain = run(Reference{}, g, batch, with_bias);
    CHECK(distance(fast.small, plain.small, 1.0 + g.taps() * g.group_large()) < 1);
    CHECK(distance(fast.large, plain.large, 1.0 + g.taps() * g.group_small()) < 1);
    const double pixels = 1.0 + static_cast<double>(batch) * g.small_pixels();
    CHECK(distance(fast.gradient, plain.gradient, pixels) < 1);
    CHECK(distance(fast.added, plain.added, pixels) < 1);
}

std::vector<GeneralConvGeometry> table() {
    std::vector<GeneralConvGeometry> list{
        // Sides that differ, alone and together.
        {.large_channels = 3, .small_channels = 16, .kernel = {3, 1}, .padding = {1, 0}, .large = {7, 9}},
        {.large_channels = 20, .small_channels = 7, .kernel = {1, 5}, .stride = {1, 2}, .large = {4, 23}},
        {.large_channels = 9,
         .small_channels = 33,
         .kernel = {2, 3},
         .stride = {3, 1},
         .padding = {0, 2},
         .dilation = {1, 2},
         .large = {10, 6}},
        // A signal: one row.
        {.large_channels = 8,
         .small_channels = 24,
         .kernel = {1, 7},
         .stride = {1, 3},
         .padding = {0, 3},
         .large = {1, 200}},
        // Dilations that share a divisor with the stride, and phases that meet no tap.
        {.large_channels = 5,
         .small_channels = 6,
         .kernel = {3, 3},
         .stride = {2, 4},
         .padding = {2, 3},
         .dilation = {2, 6},
         .large = {12, 19}},
        {.large_channels = 4, .small_channels = 4, .kernel = {1, 2}, .stride = {3, 5}, .large = {9, 13}},
        // Kernels that cover more than the image, and rows that are left over.
        {.large_channels = 2,
         .small_channels = 5,
         .kernel = {3, 3},
         .padding = {6, 6},
         .dilation = {6, 6},
         .large = {3, 4}},
        {.large_channels = 2, .small_channels = 3, .kernel = {2, 2}, .stride = {4, 3}, .large = {11, 10}},
        // Groups: of many channels, of few, of one to some and of some to one.
        {.large_channels = 48, .small_channels = 64, .groups = 2, .kernel = {3, 3}, .padding = {1, 1}, .large = {8, 8}},
        {.large_channels = 12, .small_channels = 18, .groups = 6, .kernel = {3, 2}, .stride = {2, 1}, .large = {7, 5}},
        {.large_channels = 6, .small_channels = 24, .groups = 6, .kernel = {3, 3}, .padding = {1, 1}, .large = {5, 5}},
        {.large_channels = 24, .small_channels = 6, .groups = 6, .kernel = {3, 3}, .padding = {1, 1}, .large = {5, 5}},
        // Depthwise: fewer channels than a vector, some, and more taps than are listed at a time.
        {.large_channels = 3,
         .small_channels = 3,
         .groups = 3,
         .kernel = {3, 3},
         .stride = {2, 2},
         .padding = {1, 1},
         .large = {9, 8}},
        {.large_channels = 37,
         .small_channels = 37,
         .groups = 37,
         .kernel = {3, 5},
         .padding = {2, 2},
         .dilation = {2, 1},
         .large = {6, 7}},
        {.large_channels = 16,
         .small_channels = 16,
         .groups = 16,
         .kernel = {9, 9},
         .padding = {4, 4},
         .large = {10, 11}},
        // Longer than the blocks that are worked on at a time: the contraction, the taps, the channels.
        {.large_channels = 530, .small_channels = 40, .kernel = {1, 2}, .large = {3, 4}},
        {.large_channels = 1,
         .small_channels = 2,
         .kernel = {37, 5},
         .padding = {18, 2},
         .dilation = {1, 3},
         .large = {20, 20}},
        {.large_channels = 7,
         .small_channels = 150,
         .kernel = {5, 3},
         .stride = {2, 2},
         .dilation = {1, 2},
         .large = {16, 9}}};
    for (GeneralConvGeometry& g : list) g = sized(g);
    return list;
}

}  // namespace

TEST_CASE("issue 18.9: convolutions of any geometry agree with plain loops") {
    int batch = 0;
    for (const GeneralConvGeometry& g : table()) {
        batch = batch % 3 + 1;
        compare_with_reference(g, batch, batch % 2 == 0);
    }
    compare_with_reference(sized({.large_channels = 16, .small_channels = 16, .kernel = {3, 1}, .large = {5, 6}}), 40,
                           true);
}

TEST_CASE("issue 18.9: they agree on random shapes") {
    std::mt19937 generator(11);
    auto draw = [&](int low, int high) {
        return low + static_cast<int>(generator() % static_cast<unsigned>(high - low + 1));
    };
    auto draw_size = [&](int low, int high) { return Size2{draw(low, high), draw(low, high)}; };
    for (int i = 0; i < 60; ++i) {
        GeneralConvGeometry g{.groups = draw(1, 4),
                              .kernel = draw_size(1, 4),
                              .stride = draw_size(1, 3),
                              .padding = draw_size(0, 3),
                              .dilation = draw_size(1, 3)};
        const bool depthwise = i % 4 == 3;
        g.large_channels = g.groups * (depthwise ? 1 : draw(1, 12));
        g.small_channels = g.groups * (depthwise ? 1 : draw(1, 20));
        g.large = {g.dilation.height * (g.kernel.height - 1) + draw(1, 7),
                   g.dilation.width * (g.kernel.width - 1) + draw(1, 7)};
        compare_with_reference(sized(g), draw(1, 5), i % 2 == 0);
    }
}

TEST_CASE("issue 18.9: every number of threads gives the same bits in any geometry") {
    const int before = omp_get_max_threads();
    for (GeneralConvGeometry g : {GeneralConvGeometry{.large_channels = 32,
                                 .small_channels = 48,
                                 .kernel = {3, 1},
                                 .stride = {2, 1},
                                 .padding = {1, 0},
                                 .large = {24, 17}},
                                  {.large_channels = 48,
                                  .small_channels = 96,
                                  .groups = 3,
                                  .kernel = {3, 3},
                                  .padding = {2, 2},
                                  .dilation = {2, 2},
                                  .large = {13, 11}},
                                  {.large_channels = 200,
                                  .small_channels = 200,
                                  .groups = 200,
                                  .kernel = {3, 3},
                                  .stride = {2, 2},
                                  .padding = {1, 1},
                                  .large = {16, 16}}}) {
        g = sized(g);
        const int batch = std::same_as<TestedDevice, Cpu> ? 9 : 1;
        omp_set_num_threads(1);
        const Results one = run(TestedDevice{}, g, batch, true);
        for (int threads : genotype_test::sized_for_sanitizers<int>({2, 3, 7}, {3})) {
            omp_set_num_threads(threads);
            CHECK((run(TestedDevice{}, g, batch, true) == one));
        }
    }
    omp_set_num_threads(before);
}

TEST_CASE("issue 18.9: borders, and their adjoint: <border(x), y> = <x, border_backward(y)>") {
    using kernels::Border;
    for (Border mode : {Border::reflect, Border::replicate, Border::circular})
        for (const kernels::BorderGeometry& g : {kernels::BorderGeometry{mode, 3, {4, 5}, {1, 2}},
                                                 {mode, 17, {3, 6}, {2, 0}},
                                                 {mode, 1, {1, 9}, {0, 8}}}) {
            CAPTURE(static_cast<int>(mode));
            const int batch = 3;
            const auto x = numbers(batch * g.floats(), 1), y = numbers(batch * g.padded_floats(), 2);
            auto with_border = unset(batch * g.padded_floats()), dx = unset(batch * g.floats());
            add_border(TestedDevice{}, g, batch, x.data(), with_border.data());
            add_border_backward(TestedDevice{}, g, batch, y.data(), dx.data());
            auto plain = with_border, plain_dx = dx;
            add_border(Reference{}, g, batch, x.data(), plain.data());
            add_border_backward(Reference{}, g, batch, y.data(), plain_dx.data());
            CHECK((with_border == plain));
            CHECK(distance(dx, plain_dx, 20) < 1);
            double left = 0, right = 0;
            for (std::size_t i = 0; i < y.size(); ++i) left += static_cast<double>(with_border[i]) * y[i];
            for (std::size_t i = 0; i < x.size(); ++i) right += static_cast<double>(x[i]) * dx[i];
            CHECK(left == doctest::Approx(right).epsilon(1e-5));
        }
}

TEST_CASE("issue 18.9: borders are PyTorch's") {
    const std::vector<float> x{1, 2, 3, 4};
    const auto of = [&](kernels::Border mode) {
        std::vector<float> padded(8);
        add_border(TestedDevice{}, kernels::BorderGeometry{mode, 1, {1, 4}, {0, 2}}, 1, x.data(), padded.data());
        return padded;
    };
    CHECK((of(kernels::Border::reflect) == std::vector<float>{3, 2, 1, 2, 3, 4, 3, 2}));
    CHECK((of(kernels::Border::replicate) == std::vector<float>{1, 1, 1, 2, 3, 4, 4, 4}));
    CHECK((of(kernels::Border::circular) == std::vector<float>{3, 4, 1, 2, 3, 4, 1, 2}));
}
