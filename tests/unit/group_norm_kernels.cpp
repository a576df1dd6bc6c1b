// Group norm's kernels: the fast ones against the plain ones, and both against values worked out by hand.
#include <doctest/doctest.h>

#include "genotype/kernels/cpu/norm/normalization_group.hpp"
#include "genotype/kernels/reference/modulation.hpp"
#include "genotype/kernels/reference/normalization_group.hpp"
#include "genotype/layers/silu.hpp"
#include "support/kernel_arrays.hpp"

using namespace genotype;
using namespace kernel_test;
using kernels::NoActivation;

namespace {

struct Sizes {
    int batch, pixels, channels, groups;
    long count() const { return static_cast<long>(batch) * pixels * channels; }
};
const Sizes table[] = {{1, 9, 1, 1},    {2, 1, 6, 2},    {1, 1, 64, 4},  {3, 7, 3, 1},
                       {2, 8, 5, 5},    {4, 35, 12, 4},  {5, 9, 17, 1},  {1, 64, 34, 2},
                       {9, 81, 64, 32}, {16, 49, 64, 2}, {7, 25, 96, 3}, {2, 15, 33, 11}};

struct Outcome {
    Array y, statistics, dx, dweight, dbias;
    bool operator==(const Outcome& other) const {
        return same_bits(y, other.y) && same_bits(statistics, other.statistics) && same_bits(dx, other.dx) &&
               same_bits(dweight, other.dweight) && same_bits(dbias, other.dbias);
    }
};

template <class Device>
Outcome run(Device device, const Sizes& s, const Array& x, const Array& dy, const Array& weight, const Array& bias,
            bool accumulate) {
    Outcome out{unwritten(s.count()), unwritten(2L * s.batch * s.channels), unwritten(s.count()),
                accumulate ? weight : unwritten(s.channels), accumulate ? bias : unwritten(s.channels)};
    Array scratch = unwritten(4L * s.batch * s.channels);
    group_norm(device, s.batch, s.pixels, s.channels, s.groups, x.data(), weight.data(), bias.data(), 1e-5f,
               out.statistics.data(), out.y.data());
    group_norm_backward(device, s.batch, s.pixels, s.channels, s.groups, x.data(), dy.data(), weight.data(),
                        out.statistics.data(), scratch.data(), out.dx.data(), out.dweight.data(), out.dbias.data(),
                        accumulate);
    // Each half alone must give the same.
    Array dx = unwritten(s.count()), dweight = unwritten(s.channels), dbias = unwritten(s.channels);
    group_norm_backward(device, s.batch, s.pixels, s.channels, s.groups, x.data(), dy.data(), weight.data(),
                        out.statistics.data(), scratch.data(), dx.data(), nullptr, nullptr, accumulate);
    CHECK(same_bits(dx, out.dx));
    group_norm_backward(device, s.batch, s.pixels, s.channels, s.groups, x.data(), dy.data(), weight.data(),
                        out.statistics.data(), scratch.data(), nullptr, dweight.data(), dbias.data(), false);
    if (!accumulate) CHECK(same_bits(dweight, out.dweight));
    if (!accumulate) CHECK(same_bits(dbias, out.dbias));
    return out;
}

}  // namespace

TEST_CASE("group norm's kernels agree with the plain ones, for every number of threads") {
    unsigned seed = 0;
    for (const Sizes& sizes : table)
        for (const bool accumulate : {false, true}) {
            CAPTURE(sizes.channels);
            CAPTURE(sizes.groups);
            CAPTURE(accumulate);
            const Array x = random_array(sizes.count(), ++seed, 0.5f), dy = random_array(sizes.count(), ++seed);
            const Array weight = random_array(sizes.channels, ++seed), bias = random_array(sizes.channels, ++seed);
            const Outcome wanted = run(Reference{}, sizes, x, dy, weight, bias, accumulate);
            const auto fast = [&] { return run(Cpu{}, sizes, x, dy, weight, bias, accumulate); };
            const Outcome found = with_threads(1, fast);
            CHECK(found == with_threads(2, fast));
            double largest = 1;
            for (const float value : wanted.statistics) largest = std::max<double>(largest, value);
            CHECK(difference(found.y, wanted.y, largest) < 2e-6);
            CHECK(difference(found.statistics, wanted.statistics, largest) < 1e-6);
            CHECK(difference(found.dx, wanted.dx, largest) < 4e-6);
            const double terms = std::sqrt(sizes.batch * sizes.pixels);
            CHECK(difference(found.dweight, wanted.dweight, largest * terms) < 2e-6);
            CHECK(difference(found.dbias, wanted.dbias, terms) < 2e-6);
        }
}

namespace {

struct Modulated {
    Array y, dx, dmoments, dweight, dbias;
    bool operator==(const Modulated& other) const {
        return same_bits(y, other.y) && same_bits(dx, other.dx) && same_bits(dmoments, other.dmoments) &&
               same_bits(dweight, other.dweight) && same_bits(dbias, other.dbias);
    }
};

/// Norm, modulation and activation, one after another.
template <class Activation>
Modulated one_by_one(const Sizes& s, const Array& x, const Array& dy, const Array& weight, const Array& bias,
                     const Array& moments, bool accumulate, Activation activation) {
    const Reference device;
    Modulated out{unwritten(s.count()), unwritten(s.count()), unwritten(2L * s.batch * s.channels),
                  accumulate ? weight : unwritten(s.channels), accumulate ? bias : unwritten(s.channels)};
    Array statistics = unwritten(2L * s.batch * s.channels), between = unwritten(s.count()), dbetween(between);
    group_norm(device, s.batch, s.pixels, s.channels, s.groups, x.data(), weight.data(), bias.data(), 1e-5f,
               statistics.data(), between.data());
    modulate(device, s.batch, s.pixels, s.channels, between.data(), moments.data(), out.y.data(), activation);
    modulate_backward(device, s.batch, s.pixels, s.channels, between.data(), moments.data(), dy.data(), dbetween.data(),
                      out.dmoments.data(), activation);
    group_norm_backward(device, s.batch, s.pixels, s.channels, s.groups, x.data(), dbetween.data(), weight.data(),
                        statistics.data(), nullptr, out.dx.data(), out.dweight.data(), out.dbias.data(), accumulate);
    return out;
}

template <class Activation>
Modulated at_once(const Sizes& s, const Array& x, const Array& dy, const Array& weight, const Array& bias,
                  const Array& moments, bool accumulate, Activation activation) {
    const Cpu device;
    const long sums = 2L * s.batch * s.channels;
    Modulated out{unwritten(s.count()), unwritten(s.count()), unwritten(sums),
                  accumulate ? weight : unwritten(s.channels), accumulate ? bias : unwritten(s.channels)};
    Array statistics = unwritten(sums), affine = unwritten(sums), scratch = unwritten(2 * sums);
    group_norm(device, s.batch, s.pixels, s.channels, s.groups, x.data(), weight.data(), bias.data(), 1e-5f,
               statistics.data(), out.y.data(), activation, {moments.data(), affine.data(), nullptr});
    affine = unwritten(sums);
    const auto backward = [&](float* dx, float* dweight, float* dbias, float* dmoments) {
        group_norm_backward(device, s.batch, s.pixels, s.channels, s.groups, x.data(), dy.data(), weight.data(),
                            statistics.data(), scratch.data(), dx, dweight, dbias, accumulate, bias.data(), activation,
                            {moments.data(), affine.data(), dmoments});
    };
    backward(out.dx.data(), out.dweight.data(), out.dbias.data(), out.dmoments.data());
    // Without dx, or without the parameters' gradients, the others are the same.
    Array dx = unwritten(s.count()), dmoments = unwritten(sums), dweight(weight), dbias(bias);
    backward(nullptr, dweight.data(), dbias.data(), dmoments.data());
    CHECK(difference(dmoments, out.dmoments, std::sqrt(s.pixels)) < 2e-6);
    if (accumulate) CHECK(difference(dweight, out.dweight, std::sqrt(s.batch * s.pixels)) < 2e-6);
    backward(dx.data(), nullptr, nullptr, dmoments.data());
    CHECK(same_bits(dx, out.dx));
    CHECK(same_bits(dmoments, out.dmoments));
    // What is added to dx is added behind it.
    const Array added = random_array(s.count(), 3);
    Array sum = unwritten(s.count());
    group_norm_backward(device, s.batch, s.pixels, s.channels, s.groups, x.data(), dy.data(), weight.data(),
                        statistics.data(), scratch.data(), sum.data(), nullptr, nullptr, accumulate, bias.data(),
                        activation, {moments.data(), affine.data(), dmoments.data()}, added.data());
    for (std::size_t at = 0; at < dx.size(); ++at) dx[at] += added[at];
    CHECK(same_bits(sum, dx));
    CHECK(same_bits(dmoments, out.dmoments));
    return out;
}

template <class Activation>
void compare_modulated(Activation activation) {
    unsigned seed = 100;
    for (const Sizes& sizes : table)
        for (const bool accumulate : {false, true}) {
            CAPTURE(sizes.channels);
            CAPTURE(sizes.groups);
            CAPTURE(accumulate);
            const Array x = random_array(sizes.count(), ++seed, 0.5f), dy = random_array(sizes.count(), ++seed);
            const Array weight = random_array(sizes.channels, ++seed), bias = random_array(sizes.channels, ++seed);
            const Array moments = random_array(2L * sizes.batch * sizes.channels, ++seed);
            const Modulated wanted = one_by_one(sizes, x, dy, weight, bias, moments, accumulate, activation);
            const auto fast = [&] { return at_once(sizes, x, dy, weight, bias, moments, accumulate, activation); };
            const Modulated found = with_threads(1, fast);
            CHECK(found == with_threads(2, fast));
            // A group whose values are equal has an inverse deviation of 316.
            const double largest = sizes.pixels * sizes.channels / sizes.groups == 1 ? 317 : 8;
            CHECK(difference(found.y, wanted.y, 8) < 1e-6);
            CHECK(difference(found.dx, wanted.dx, largest) < 4e-6);
            CHECK(difference(found.dmoments, wanted.dmoments, 8 * std::sqrt(sizes.pixels)) < 2e-6);
            const double terms = 8 * std::sqrt(sizes.batch * sizes.pixels);
            CHECK(difference(found.dweight, wanted.dweight, terms) < 2e-6);
            CHECK(difference(found.dbias, wanted.dbias, terms) < 2e-6);
        }
}

}  // namespace

TEST_CASE("group norm's kernels apply a modulation and an activation as the plain ones do one by one") {
    compare_modulated(SiLU::function_of_input());
    compare_modulated(NoActivation{});
}

TEST_CASE("group norm by hand") {
    // One pixel row each: (1, 3 | 0, 8) and (5, 7 | 0, 0): groups (1, 3, 5, 7) and (0, 8, 0, 0).
    const Array x{1, 3, 0, 8, 5, 7, 0, 0}, weight{1, 2, 1, 1}, bias{0, 1, 0, 0};
    const Array dy{0, 0, 0, 0, 0, 1, 0, 0};
    const float first = 1 / std::sqrt(5.00001f), second = 1 / std::sqrt(12.00001f), top = 3 * first;
    auto check = [&](auto device) {
        const Outcome out = run(device, {1, 2, 4, 2}, x, dy, weight, bias, false);
        CHECK(difference(out.y, {-3 * first, 1 - 2 * first, -2 * second, 6 * second, first, 1 + 6 * first, -2 * second,
                                 -2 * second}) < 1e-6);
        CHECK(difference(out.dweight, {0, top, 0, 0}) < 1e-6);
        CHECK(difference(out.dbias, {0, 1, 0, 0}) < 1e-6);
        auto derivative = [&](float own, float normalised) { return first * (own - 0.5f - normalised * top / 2); };
        CHECK(difference(out.dx, {derivative(0, -top), derivative(0, -first), 0, 0, derivative(0, first),
                                  derivative(2, top), 0, 0}) < 1e-6);
    };
    check(Cpu{});
    check(Reference{});
}

TEST_CASE("group norm keeps its digits where the mean is a thousand deviations away") {
    const Sizes sizes{2, 900, 34, 2};
    const Array x = random_array(sizes.count(), 3, 1000), weight(34, 1.0f), bias(34, 0.0f);
    const Outcome plain = run(Reference{}, sizes, x, x, weight, bias, false);
    const Outcome fast = run(Cpu{}, sizes, x, x, weight, bias, false);
    CHECK(difference(fast.y, plain.y) < 7e-5);  // a mean of 1000 has steps of 6e-5
    CHECK(plain.statistics[40] == doctest::Approx(1).epsilon(0.05));
    for (unsigned long c = 34; c < 68; ++c) CHECK(std::abs(fast.statistics[c] / plain.statistics[c] - 1) < 1e-5);
}
