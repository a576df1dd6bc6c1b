// Products and convolutions of the GPU, against plain loops on the host.
#include <doctest/doctest.h>

#include <cmath>
#include <utility>

#include "genotype/kernels/frames.hpp"
#include "genotype/kernels/portable/convolution.hpp"
#include "genotype/kernels/portable/for_each_index.hpp"
#include "genotype/kernels/portable/general_convolution.hpp"
#include "genotype/kernels/reference/for_each_index.hpp"
#include "genotype/kernels/reference/general_convolution.hpp"
#include "on_gpu.hpp"

using namespace genotype;
using namespace kernel_test;
using cuda_test::Values;

namespace {

template <class Device>
Array product(long rows, long terms, long columns) {
    Values<Device> left(random_array(rows * terms, 1)), right(random_array(terms * columns, 2));
    Values<Device> out(unwritten(rows * columns));
    const float *const a = left.data(), *const b = right.data();
    float* const c = out.data();
    kernels::detail::multiply(
        Device{}, rows, terms, columns, [=] GENOTYPE_BOTH(long i, long k) { return a[i * terms + k]; },
        [=] GENOTYPE_BOTH(long k, long j) { return b[k * columns + j]; },
        [=] GENOTYPE_BOTH(long i, long j, float sum) { c[i * columns + j] = sum; });
    return out.read();
}

kernels::ConvGeometry geometry(int large_channels, int small_channels, int kernel, int stride, int padding, int large) {
    const int small = (large + 2 * padding - kernel) / stride + 1;
    return {.large_channels = large_channels,
            .small_channels = small_channels,
            .kernel = kernel,
            .stride = stride,
            .padding = padding,
            .large_height = large,
            .large_width = large,
            .small_height = small,
            .small_width = small};
}

/// A product by weights that lie as they are, or transposed.
template <class Weights, class Device>
Array few(long rows, long terms, long columns) {
    Values<Device> left(random_array(rows * terms, 1)), right(random_array(terms * columns, 2));
    Values<Device> out(unwritten(rows * columns));
    kernels::detail::multiply_few(Device{}, rows, terms, columns, kernels::detail::Matrix{left.data(), terms},
                                  Weights{right.data(), kernels::detail::first_together<Weights> ? terms : columns},
                                  kernels::detail::ToMatrix{columns, out.data()});
    return out.read();
}

/// What each of the three directions writes.
template <class Device>
struct Convolved {
    Array small, large, gradient;
};
template <class Device, class Geometry>
Convolved<Device> convolved(const Geometry& g, int batch, bool with_bias, bool accumulate) {
    Values<Device> large(random_array(batch * g.large_floats(), 3)), small(random_array(batch * g.small_floats(), 4));
    Values<Device> weights(random_array(g.weights(), 5));
    Values<Device> bias(random_array(g.large_channels + g.small_channels, 6));
    Values<Device> to_small(unwritten(batch * g.small_floats())), to_large(unwritten(batch * g.large_floats()));
    Values<Device> gradient(accumulate ? random_array(g.weights(), 7) : unwritten(g.weights()));
    Arena<Device> memory(convolution_scratch(Device{}, g).floats(batch));
    const MemoryRegion scratch{memory.data(), memory.data(), batch};
    const float* const added = with_bias ? bias.data() : nullptr;
    convolve(Device{}, g, batch, large.data(), {.plain = weights.data()}, added, to_small.data(), scratch);
    convolve_transposed(Device{}, g, batch, small.data(), {.plain = weights.data()}, added, to_large.data(), scratch);
    convolve_weight_gradient(Device{}, g, batch, large.data(), small.data(), gradient.data(), accumulate, scratch);
    return {to_small.read(), to_large.read(), gradient.read()};
}

}  // namespace

TEST_CASE("The GPU's products are those of the host around a tile's sizes") {
    struct Sizes {
        long rows, terms, columns;
    };
    for (const Sizes size : {Sizes{1, 1, 1}, {64, 16, 64}, {65, 17, 63}, {63, 33, 65}, {5, 0, 70}, {200, 1000, 130}}) {
        CAPTURE(size.rows);
        CAPTURE(size.terms);
        CAPTURE(size.columns);
        const Array found = product<Cuda>(size.rows, size.terms, size.columns);
        CHECK(difference(found, product<ThrustCpp>(size.rows, size.terms, size.columns),
                         1 + std::sqrt(static_cast<double>(size.terms))) < 1e-5);
        CHECK(same_bits(found, product<Cuda>(size.rows, size.terms, size.columns)));
    }
}

TEST_CASE("Tensor cores give the same but for rounding to TF32") {
    CHECK(difference(product<CudaTf32>(65, 17, 63), product<ThrustCpp>(65, 17, 63)) < 2e-2);
    const Array exact = product<ThrustCpp>(200, 1000, 130), found = product<CudaTf32>(200, 1000, 130);
    CHECK(difference(found, exact, std::sqrt(1000)) < 3e-3);
    CHECK(difference(found, exact, std::sqrt(1000)) > 1e-5);
    CHECK(same_bits(found, product<CudaTf32>(200, 1000, 130)));
    const kernels::ConvGeometry g = geometry(33, 40, 4, 2, 1, 16);
    const auto rounded = convolved<CudaTf32>(g, 20, true, false);
    const auto wanted = convolved<Reference>(g, 20, true, false);
    CHECK(difference(rounded.small, wanted.small, std::sqrt(1.0 + g.taps() * g.large_channels)) < 3e-3);
    CHECK(difference(rounded.large, wanted.large, std::sqrt(1.0 + g.taps() * g.small_channels)) < 3e-3);
    CHECK(difference(rounded.gradient, wanted.gradient, std::sqrt(1.0 + 20 * g.small_pixels())) < 3e-3);
}

TEST_CASE_TEMPLATE("The GPU's products of few rows are those of the host", Weights, kernels::detail::Matrix,
                   kernels::detail::TransposedMatrix) {
    for (const long rows : {1, 2, 8})
        for (const long terms : {0, 1, 100, 1500})
            for (const long columns : {1, 33, 770}) {
                CAPTURE(rows);
                CAPTURE(terms);
                CAPTURE(columns);
                const Array found = few<Weights, Cuda>(rows, terms, columns);
                CHECK(difference(found, few<Weights, ThrustCpp>(rows, terms, columns),
                                 1 + std::sqrt(static_cast<double>(terms))) < 1e-5);
                CHECK(same_bits(found, few<Weights, Cuda>(rows, terms, columns)));
            }
}

TEST_CASE("The GPU's convolutions are those of the host in all directions") {
    struct Case {
        kernels::ConvGeometry g;
        int batch;
    };
    const auto check = [](const auto& g, int batch) {
        for (const bool flag : {false, true}) {
            CAPTURE(g.kernel);
            CAPTURE(batch);
            CAPTURE(flag);
            const auto found = convolved<Cuda>(g, batch, flag, flag);
            const auto wanted = convolved<Reference>(g, batch, flag, flag);
            CHECK(difference(found.small, wanted.small, std::sqrt(1.0 + g.taps() * g.large_channels)) < 1e-5);
            CHECK(difference(found.large, wanted.large, std::sqrt(1.0 + g.taps() * g.small_channels)) < 1e-5);
            CHECK(difference(found.gradient, wanted.gradient, std::sqrt(1.0 + batch * g.small_pixels())) < 3e-5);
        }
    };
    // The last ones' sums are taken in splits, in some direction.
    for (const auto& [g, batch] : {Case{geometry(70, 66, 1, 1, 0, 1), 3},
                                   {geometry(3, 5, 3, 1, 1, 7), 3},
                                   {geometry(2, 65, 4, 2, 1, 8), 3},
                                   {geometry(33, 4, 5, 3, 0, 11), 3},
                                   {geometry(784, 20, 1, 1, 0, 1), 300},
                                   {geometry(3, 48, 4, 2, 1, 32), 16}})
        check(g, batch);
    // As matrix products.
    for (const int batch : {1, 8, 9, 300}) check(kernels::ProductGeometry(geometry(784, 20, 1, 1, 0, 1)), batch);
    check(kernels::ProductGeometry(geometry(66, 70, 1, 1, 0, 3)), 20);
}

TEST_CASE("issue 18.9: the GPU's convolutions of any geometry are those of the host in all directions") {
    using kernels::GeneralConvGeometry;
    for (const GeneralConvGeometry& g : {GeneralConvGeometry{.large_channels = 9,
                                        .small_channels = 33,
                                        .kernel = {2, 3},
                                        .stride = {3, 1},
                                        .padding = {0, 2},
                                        .dilation = {1, 2},
                                        .large = {10, 6},
                                        .small = {3, 6}},
                                         {.large_channels = 5,
                                         .small_channels = 6,
                                         .kernel = {3, 3},
                                         .stride = {2, 4},
                                         .padding = {2, 3},
                                         .dilation = {2, 6},
                                         .large = {12, 19},
                                         .small = {6, 4}},
                                         {.large_channels = 24,
                                         .small_channels = 32,
                                         .groups = 2,
                                         .kernel = {3, 2},
                                         .stride = {2, 1},
                                         .large = {7, 5},
                                         .small = {3, 4}},
                                         {.large_channels = 19,
                                         .small_channels = 19,
                                         .groups = 19,
                                         .kernel = {3, 3},
                                         .stride = {2, 1},
                                         .padding = {1, 1},
                                         .large = {5, 4},
                                         .small = {3, 4}},
                                         {.large_channels = 4,
                                         .small_channels = 12,
                                         .groups = 4,
                                         .kernel = {1, 5},
                                         .stride = {1, 2},
                                         .padding = {0, 2},
                                         .large = {1, 17},
                                         .small = {1, 9}}}) {
        CAPTURE(g.groups);
        CAPTURE(g.large_channels);
        for (const bool flag : {false, true}) {
            const auto found = convolved<Cuda>(g, 3, flag, flag);
            const auto wanted = convolved<Reference>(g, 3, flag, flag);
            CHECK(difference(found.small, wanted.small, std::sqrt(1.0 + g.taps() * g.group_large())) < 1e-5);
            CHECK(difference(found.large, wanted.large, std::sqrt(1.0 + g.taps() * g.group_small())) < 1e-5);
            CHECK(difference(found.gradient, wanted.gradient, std::sqrt(1.0 + 3 * g.small_pixels())) < 3e-5);
        }
    }
}

TEST_CASE("issue 18.9: the GPU's windows of a video's frames are those of the host") {
    using kernels::Border;
    for (const kernels::FrameWindows& g : {kernels::FrameWindows{Border::zeros, 3, 2, 2, 2, 7, 4, 6, 8, 2},
                                           {Border::reflect, 3, 1, 2, 1, 4, 6, 5, 3, 1},
                                           {Border::circular, 2, 1, 1, 1, 3, 4, 2, 3, 3}}) {
        const auto both = [&]<class Device>(Device device) {
            Values<Device> x(random_array(2 * g.video_floats(), 1)), y(random_array(2 * g.floats(), 2));
            Values<Device> bias(random_array(g.channels, 3));
            Values<Device> windows(unwritten(2 * g.floats())), sums(unwritten(2 * g.video_floats()));
            gather_frames(device, g, 2, x.data(), windows.data());
            sum_windows(device, g, 2, y.data(), bias.data(), sums.data());
            return std::pair{windows.read(), sums.read()};
        };
        const auto found = both(Cuda{}), wanted = both(Reference{});
        CHECK((found.first == wanted.first));
        CHECK((found.second == wanted.second));
    }
}

TEST_CASE("issue 18.9: the GPU's borders are those of the host") {
    using kernels::Border;
    for (const Border mode : {Border::reflect, Border::replicate, Border::circular}) {
        const kernels::BorderGeometry g{mode, 3, {4, 5}, {1, 3}};
        const auto both = [&]<class Device>(Device device) {
            Values<Device> x(random_array(2 * g.floats(), 1)), y(random_array(2 * g.padded_floats(), 2));
            Values<Device> padded(unwritten(2 * g.padded_floats())), dx(unwritten(2 * g.floats()));
            add_border(device, g, 2, x.data(), padded.data());
            add_border_backward(device, g, 2, y.data(), dx.data());
            return std::pair{padded.read(), dx.read()};
        };
        const auto found = both(Cuda{}), wanted = both(Reference{});
        CHECK((found.first == wanted.first));
        CHECK(difference(found.second, wanted.second, 4) < 1e-6);
    }
}
