// Layer norm over thrust against plain loops.
#include "genotype/kernels/reference/normalization_layer.hpp"

#include <doctest/doctest.h>

#include "genotype/kernels/portable/normalization_layer.hpp"
#include "support/kernel_arrays.hpp"
#include "support/thrust_devices.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

struct Sizes {
    long samples, size;
};
const Sizes table[] = {{1, 1}, {3, 1}, {3, 2}, {1, 3}, {2, 5}, {4, 17}, {7, 64}, {70, 300}, {40, 1025}, {1, 20003}};

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
    const long count = s.samples * s.size;
    Outcome out{unwritten(count), unwritten(2 * s.samples), unwritten(count), accumulate ? weight : unwritten(s.size),
                accumulate ? bias : unwritten(s.size)};
    layer_norm(device, s.samples, s.size, x.data(), weight.data(), bias.data(), 1e-5f, out.statistics.data(),
               out.y.data());
    const auto backward = [&](float* dx, float* dweight, float* dbias) {
        layer_norm_backward(device, s.samples, s.size, x.data(), dy.data(), weight.data(), out.statistics.data(), dx,
                            dweight, dbias, accumulate);
    };
    backward(out.dx.data(), apart ? nullptr : out.dweight.data(), apart ? nullptr : out.dbias.data());
    if (apart) backward(nullptr, out.dweight.data(), out.dbias.data());
    return out;
}

}  // namespace

TEST_CASE_TEMPLATE("layer norm agrees with the plain one", Device, GENOTYPE_THRUST_DEVICES) {
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
            const auto own = [&] { return run(Device{}, sizes, x, dy, weight, bias, accumulate); };
            const Outcome found = with_threads(1, own);
            CHECK(found == with_threads(3, own));
            CHECK(found == run(Device{}, sizes, x, dy, weight, bias, accumulate, true));
            double largest = 1;
            for (const float value : wanted.statistics) largest = std::max<double>(largest, static_cast<double>(value));
            const double terms = std::sqrt(static_cast<double>(sizes.samples));
            CHECK(difference(found.y, wanted.y, largest) < 2e-6);
            CHECK(difference(found.statistics, wanted.statistics, largest) < 1e-6);
            CHECK(difference(found.dx, wanted.dx, largest) < 4e-6);
            CHECK(difference(found.dweight, wanted.dweight, largest * terms) < 2e-6);
            CHECK(difference(found.dbias, wanted.dbias, terms) < 2e-6);
        }
}

TEST_CASE_TEMPLATE("layer norm without a bias is that with one of zeros", Device, GENOTYPE_THRUST_DEVICES) {
    for (const Sizes& sizes : table) {
        CAPTURE(sizes.size);
        const long count = sizes.samples * sizes.size;
        const Array x = random_array(count, 5), dy = random_array(count, 6), weight = random_array(sizes.size, 7);
        const Outcome with = run(Device{}, sizes, x, dy, weight, Array(weight.size(), 0.0f), false);
        Outcome without{unwritten(count), unwritten(2 * sizes.samples), unwritten(count), unwritten(sizes.size),
                        with.dbias};
        layer_norm(Device{}, sizes.samples, sizes.size, x.data(), weight.data(), nullptr, 1e-5f,
                   without.statistics.data(), without.y.data());
        layer_norm_backward(Device{}, sizes.samples, sizes.size, x.data(), dy.data(), weight.data(),
                            without.statistics.data(), without.dx.data(), without.dweight.data(), nullptr, false);
        CHECK(without == with);
    }
}

TEST_CASE_TEMPLATE("layer norm keeps its digits far from zero", Device, GENOTYPE_THRUST_DEVICES) {
    const Sizes sizes{2, 3001};
    const Array x = random_array(6002, 3, 1000), weight(3001, 1.0f), bias(3001, 0.0f);
    const Outcome plain = run(Reference{}, sizes, x, x, weight, bias, false);
    const Outcome own = run(Device{}, sizes, x, x, weight, bias, false);
    CHECK(difference(own.y, plain.y) < 7e-5);  // a mean of 1000 has steps of 6e-5
    CHECK(std::abs(own.statistics[1] / plain.statistics[1] - 1) < 1e-6f);
}
