// Group norm over thrust against plain loops.
#include "genotype/kernels/reference/normalization_group.hpp"

#include <doctest/doctest.h>

#include "genotype/kernels/portable/normalization_group.hpp"
#include "support/kernel_arrays.hpp"
#include "support/thrust_devices.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

struct Sizes {
    int batch, pixels, channels, groups;
    long count() const { return static_cast<long>(batch) * pixels * channels; }
};
const Sizes table[] = {{1, 9, 1, 1},  {2, 1, 6, 2},   {1, 1, 64, 4},   {3, 7, 3, 1},   {2, 8, 5, 5},   {4, 35, 12, 4},
                       {5, 9, 17, 1}, {1, 64, 34, 2}, {9, 81, 64, 32}, {7, 25, 96, 3}, {2, 15, 33, 11}};

struct Outcome {
    Array y, statistics, dx, dweight, dbias;
    bool operator==(const Outcome& other) const {
        return same_bits(y, other.y) && same_bits(statistics, other.statistics) && same_bits(dx, other.dx) &&
               same_bits(dweight, other.dweight) && same_bits(dbias, other.dbias);
    }
};

/// All gradients; or, in two calls, those of the input and those of the parameters.
template <class Device>
Outcome run(Device device, const Sizes& s, const Array& x, const Array& dy, const Array& weight, const Array& bias,
            bool accumulate, bool apart = false) {
    Outcome out{unwritten(s.count()), unwritten(2L * s.batch * s.channels), unwritten(s.count()),
                accumulate ? weight : unwritten(s.channels), accumulate ? bias : unwritten(s.channels)};
    Array scratch = unwritten(4L * s.batch * s.channels);
    group_norm(device, s.batch, s.pixels, s.channels, s.groups, x.data(), weight.data(), bias.data(), 1e-5f,
               out.statistics.data(), out.y.data());
    const auto backward = [&](float* dx, float* dweight, float* dbias) {
        group_norm_backward(device, s.batch, s.pixels, s.channels, s.groups, x.data(), dy.data(), weight.data(),
                            out.statistics.data(), scratch.data(), dx, dweight, dbias, accumulate);
    };
    backward(out.dx.data(), apart ? nullptr : out.dweight.data(), apart ? nullptr : out.dbias.data());
    if (apart) backward(nullptr, out.dweight.data(), out.dbias.data());
    return out;
}

}  // namespace

TEST_CASE_TEMPLATE("group norm agrees with the plain one", Device, GENOTYPE_THRUST_DEVICES) {
    unsigned seed = 0;
    for (const Sizes& sizes : table)
        for (const bool accumulate : {false, true}) {
            CAPTURE(sizes.channels);
            CAPTURE(sizes.groups);
            CAPTURE(accumulate);
            const Array x = random_array(sizes.count(), ++seed, 0.5f), dy = random_array(sizes.count(), ++seed);
            const Array weight = random_array(sizes.channels, ++seed), bias = random_array(sizes.channels, ++seed);
            const Outcome wanted = run(Reference{}, sizes, x, dy, weight, bias, accumulate);
            const auto own = [&] { return run(Device{}, sizes, x, dy, weight, bias, accumulate); };
            const Outcome found = with_threads(1, own);
            CHECK(found == with_threads(3, own));
            CHECK(found == run(Device{}, sizes, x, dy, weight, bias, accumulate, true));
            double largest = 1;
            for (const float value : wanted.statistics) largest = std::max<double>(largest, static_cast<double>(value));
            const double terms = std::sqrt(sizes.batch * sizes.pixels);
            CHECK(difference(found.y, wanted.y, largest) < 2e-6);
            CHECK(difference(found.statistics, wanted.statistics, largest) < 1e-6);
            CHECK(difference(found.dx, wanted.dx, largest) < 4e-6);
            CHECK(difference(found.dweight, wanted.dweight, largest * terms) < 2e-6);
            CHECK(difference(found.dbias, wanted.dbias, terms) < 2e-6);
        }
}

TEST_CASE_TEMPLATE("group norm keeps its digits far from zero", Device, GENOTYPE_THRUST_DEVICES) {
    const Sizes sizes{2, 90, 34, 2};
    const Array x = random_array(sizes.count(), 3, 1000), weight(34, 1.0f), bias(34, 0.0f);
    const Outcome plain = run(Reference{}, sizes, x, x, weight, bias, false);
    const Outcome own = run(Device{}, sizes, x, x, weight, bias, false);
    CHECK(difference(own.y, plain.y) < 7e-5);  // a mean of 1000 has steps of 6e-5
    for (unsigned long c = 34; c < 68; ++c) CHECK(std::abs(own.statistics[c] / plain.statistics[c] - 1) < 1e-6f);
}
