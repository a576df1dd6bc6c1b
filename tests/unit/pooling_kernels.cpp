// Pooling's kernels: the fast ones against the plain ones, and both against values worked out by hand.
#include <doctest/doctest.h>

#include "genotype/kernels/cpu/pooling.hpp"
#include "genotype/kernels/reference/pooling.hpp"
#include "support/pooling_runs.hpp"

using namespace genotype;
using namespace kernel_test;

TEST_CASE("pooling's kernels agree with the plain ones, for every number of threads") {
    unsigned seed = 0;
    for (const PoolCase& c : pool_cases()) {
        CAPTURE(c.geometry.channels);
        CAPTURE(c.geometry.kernel);
        CAPTURE(c.geometry.stride);
        const PoolInputs inputs = pool_inputs(c, ++seed);
        const PoolResults wanted = pool_results(Reference{}, c, inputs);
        const PoolResults found = with_threads(1, [&] { return pool_results(Cpu{}, c, inputs); });
        CHECK(found == with_threads(2, [&] { return pool_results(Cpu{}, c, inputs); }));
        CHECK(same_bits(found.max, wanted.max));
        CHECK(difference(found.max_dx, wanted.max_dx) < 1e-6);
        CHECK(difference(found.avg, wanted.avg) < 1e-6);
        CHECK(difference(found.avg_dx, wanted.avg_dx) < 1e-6);
        CHECK(difference(found.global, wanted.global) < 1e-6);
        CHECK(difference(found.global_dx, wanted.global_dx) < 1e-6);
    }
}

TEST_CASE("pooling by hand") {
    const kernels::PoolGeometry overlapping = pool_geometry(1, 3, 3, 2, 1, 0), padded = pool_geometry(1, 3, 3, 3, 2, 1);
    const Array x{1, 5, 5,  //
                  4, 2, 0,  //
                  4, 3, 7};
    auto check = [&](auto device) {
        Array y = unwritten(4), dx = unwritten(9);
        const Array dy{1, 10, 100, 1000};
        max_pool(device, overlapping, 1, x.data(), y.data());
        CHECK(y == Array{5, 5, 4, 7});
        max_pool_backward(device, overlapping, 1, x.data(), dy.data(), dx.data());
        CHECK(dx == Array{0, 11, 0, 100, 0, 0, 0, 0, 1000});
        avg_pool(device, overlapping, 1, x.data(), y.data());
        CHECK(y == Array{3, 3, 3.25f, 3});
        avg_pool_backward(device, overlapping, 1, dy.data(), dx.data());
        CHECK(dx == Array{0.25f, 2.75f, 2.5f, 25.25f, 277.75f, 252.5f, 25, 275, 250});

        const Array below{-1, -2, -3, -4, -5, -6, -7, -8, -9};  // a border of zeros would be the largest
        max_pool(device, padded, 1, below.data(), y.data());
        CHECK(y == Array{-1, -2, -4, -5});
        avg_pool(device, padded, 1, below.data(), y.data());
        CHECK(difference(y, {-12 / 9.0f, -16 / 9.0f, -24 / 9.0f, -28 / 9.0f}) < 1e-6);

        Array mean = unwritten(2);
        const Array pixels{1, 10, 2, 20, 6, 0};
        global_avg_pool(device, 1, 3, 2, pixels.data(), mean.data());
        CHECK(mean == Array{3, 10});
        Array spread = unwritten(6);
        global_avg_pool_backward(device, 1, 3, 2, Array{3, 6}.data(), spread.data());
        CHECK(spread == Array{1, 2, 1, 2, 1, 2});
    };
    check(Cpu{});
    check(Reference{});
}

TEST_CASE("issue 18.9: adaptive pooling's kernels agree with the plain ones, for every number of threads") {
    unsigned seed = 50;
    for (const AdaptivePoolCase& c : adaptive_pool_cases()) {
        CAPTURE(c.geometry.channels);
        CAPTURE(c.geometry.height);
        const Array x = random_array(c.batch * c.geometry.in_count(), ++seed);
        const Array dy = random_array(c.batch * c.geometry.out_count(), ++seed);
        const AdaptivePoolResults wanted = adaptive_pool_results(Reference{}, c, x, dy);
        const auto own = [&] { return adaptive_pool_results(Cpu{}, c, x, dy); };
        const AdaptivePoolResults found = with_threads(1, own), threaded = with_threads(2, own);
        CHECK(same_bits(found.y, threaded.y));
        CHECK(same_bits(found.dx, threaded.dx));
        CHECK(difference(found.y, wanted.y) < 1e-6);
        CHECK(difference(found.dx, wanted.dx) < 2e-6);
    }
}

// What PyTorch 2.15 says: AdaptiveAvgPool2d((3, 5)) of arange(8).view(1, 1, 2, 4), and of arange(7) by 3.
TEST_CASE("issue 18.9: adaptive pooling's windows are PyTorch's") {
    auto check = [&](auto device) {
        Array y = unwritten(15), dx = unwritten(8);
        const Array x{0, 1, 2, 3, 4, 5, 6, 7}, dy(15, 1.0f);
        adaptive_avg_pool(device, kernels::AdaptivePoolGeometry{1, 2, 4, 3, 5}, 1, x.data(), y.data());
        CHECK(y == Array{0, 0.5f, 1.5f, 2.5f, 3, 2, 2.5f, 3.5f, 4.5f, 5, 4, 4.5f, 5.5f, 6.5f, 7});
        adaptive_avg_pool_backward(device, kernels::AdaptivePoolGeometry{1, 2, 4, 3, 5}, 1, dy.data(), dx.data());
        CHECK(dx == Array{2.25f, 1.5f, 1.5f, 2.25f, 2.25f, 1.5f, 1.5f, 2.25f});
        Array three = unwritten(3);
        adaptive_avg_pool(device, kernels::AdaptivePoolGeometry{1, 1, 7, 1, 3}, 1, x.data(), three.data());
        CHECK(three == Array{1, 3, 5});
    };
    check(Cpu{});
    check(Reference{});
}

TEST_CASE("not a number comes through a max pooling, and minus infinity is a value") {
    const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
    for (int channels : {1, 17}) {
        const kernels::PoolGeometry g = pool_geometry(channels, 2, 2, 2, 2, 0);
        auto check = [&](auto device) {
            for (int place = 0; place < 4; ++place) {
                Array x(static_cast<unsigned long>(4 * channels), 1.0f), y = unwritten(channels),
                                                                         dx = unwritten(4 * channels);
                for (int c = 0; c < channels; ++c) x[static_cast<unsigned long>(place * channels + c)] = nan;
                const Array dy(static_cast<unsigned long>(channels), 1.0f);
                max_pool(device, g, 1, x.data(), y.data());
                max_pool_backward(device, g, 1, x.data(), dy.data(), dx.data());
                for (int c = 0; c < channels; ++c) {
                    CHECK(std::isnan(y[static_cast<unsigned long>(c)]));
                    CHECK(dx[static_cast<unsigned long>(place * channels + c)] == 1);
                }
            }
            Array x(static_cast<unsigned long>(4 * channels), -infinity), y = unwritten(channels),
                                                                          dx = unwritten(4 * channels);
            const Array dy(static_cast<unsigned long>(channels), 1.0f);
            max_pool(device, g, 1, x.data(), y.data());
            max_pool_backward(device, g, 1, x.data(), dy.data(), dx.data());
            CHECK(y[0] == -infinity);
            CHECK(dx[0] == 1);
        };
        check(Cpu{});
        check(Reference{});
    }
}
