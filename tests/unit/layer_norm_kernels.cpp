// Layer norm's kernels: the fast ones against the plain ones, and both against values worked out by hand.
#include <doctest/doctest.h>

#include "genotype/kernels/cpu/norm/normalization_layer.hpp"
#include "genotype/kernels/reference/normalization_layer.hpp"
#include "support/kernel_arrays.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

struct Sizes {
    long samples, size;
};
const Sizes table[] = {{1, 1},    {3, 2},     {1, 3},      {2, 5},     {4, 17},   {7, 64},   {64, 33},
                       {70, 300}, {257, 128}, {600, 1024}, {40, 1025}, {3, 9000}, {1, 20003}};

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
    const long count = s.samples * s.size;
    Outcome out{unwritten(count), unwritten(2 * s.samples), unwritten(count), accumulate ? weight : unwritten(s.size),
                accumulate ? bias : unwritten(s.size)};
    layer_norm(device, s.samples, s.size, x.data(), weight.data(), bias.data(), 1e-5f, out.statistics.data(),
               out.y.data());
    layer_norm_backward(device, s.samples, s.size, x.data(), dy.data(), weight.data(), out.statistics.data(),
                        out.dx.data(), nullptr, nullptr, accumulate);
    layer_norm_backward(device, s.samples, s.size, x.data(), dy.data(), weight.data(), out.statistics.data(), nullptr,
                        out.dweight.data(), out.dbias.data(), accumulate);
    return out;
}

}  // namespace

TEST_CASE("layer norm's kernels agree with the plain ones, for every number of threads") {
    unsigned seed = 0;
    for (const Sizes& sizes : table)
        for (const bool accumulate : {false, true}) {
            CAPTURE(sizes.samples);
            CAPTURE(sizes.size);
            CAPTURE(accumulate);
            const long count = sizes.samples * sizes.size;
            const Array x = random_array(count, ++seed, 0.5f), dy = random_array(count, ++seed);
            const Array weight = random_array(sizes.size, ++seed), bias = random_array(sizes.size, ++seed);
            const Outcome wanted = run(Reference{}, sizes, x, dy, weight, bias, accumulate);
            const auto fast = [&] { return run(Cpu{}, sizes, x, dy, weight, bias, accumulate); };
            const Outcome found = with_threads(1, fast);
            CHECK(found == with_threads(2, fast));
            double largest = 1;
            for (const float value : wanted.statistics) largest = std::max<double>(largest, value);
            CHECK(difference(found.y, wanted.y, largest) < 2e-6);
            CHECK(difference(found.statistics, wanted.statistics, largest) < 1e-6);
            CHECK(difference(found.dx, wanted.dx, largest) < 4e-6);
            const double terms = std::sqrt(sizes.samples);
            CHECK(difference(found.dweight, wanted.dweight, largest * terms) < 2e-6);
            CHECK(difference(found.dbias, wanted.dbias, terms) < 2e-6);
        }
}

TEST_CASE("layer norm without a bias is that with one of zeros, and has the same other gradients") {
    const auto check = [](auto device) {
        for (const Sizes& sizes : table) {
            CAPTURE(sizes.size);
            const long count = sizes.samples * sizes.size;
            const Array x = random_array(count, 5), dy = random_array(count, 6), weight = random_array(sizes.size, 7);
            const Outcome with = run(device, sizes, x, dy, weight, Array(weight.size(), 0.0f), false);
            Outcome without = with;
            layer_norm(device, sizes.samples, sizes.size, x.data(), weight.data(), nullptr, 1e-5f,
                       without.statistics.data(), without.y.data());
            layer_norm_backward(device, sizes.samples, sizes.size, x.data(), dy.data(), weight.data(),
                                without.statistics.data(), without.dx.data(), without.dweight.data(), nullptr, false);
            CHECK(without == with);
        }
    };
    check(Cpu{});
    check(Reference{});
}

TEST_CASE("layer norm by hand") {
    const Array x{1, 3, 5, 7}, dy{0, 0, 0, 1}, weight{1, 1, 1, 2}, bias{0, 0, 0, 1};
    const float inverse = 1 / std::sqrt(5.00001f), top = 3 * inverse;
    auto check = [&](auto device) {
        const Outcome out = run(device, {1, 4}, x, dy, weight, bias, false);
        CHECK(difference(out.y, {-top, -inverse, inverse, 1 + 2 * top}) < 1e-6);
        CHECK(difference(out.dweight, {0, 0, 0, top}) < 1e-6);
        CHECK(difference(out.dbias, {0, 0, 0, 1}) < 1e-6);
        auto derivative = [&](float own, float normalised) { return inverse * (own - 0.5f - normalised * top / 2); };
        CHECK(difference(out.dx, {derivative(0, -top), derivative(0, -inverse), derivative(0, inverse),
                                  derivative(2, top)}) < 1e-6);
    };
    check(Cpu{});
    check(Reference{});
}

TEST_CASE("layer norm keeps its digits where the mean is a thousand deviations away") {
    const Sizes sizes{2, 30011};
    const Array x = random_array(60022, 3, 1000), weight(30011, 1.0f), bias(30011, 0.0f);
    const Outcome plain = run(Reference{}, sizes, x, x, weight, bias, false);
    const Outcome fast = run(Cpu{}, sizes, x, x, weight, bias, false);
    CHECK(difference(fast.y, plain.y) < 7e-5);  // a mean of 1000 has steps of 6e-5
    CHECK(plain.statistics[1] == doctest::Approx(1).epsilon(0.05));
    CHECK(std::abs(fast.statistics[1] / plain.statistics[1] - 1) < 1e-5);
}
