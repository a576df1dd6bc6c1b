// Root-mean-square norm's kernels: the fast ones against the plain ones, and both against values worked out by hand.
#include <doctest/doctest.h>

#include "genotype/kernels/cpu/norm/normalization_rms.hpp"
#include "genotype/kernels/reference/normalization_rms.hpp"
#include "support/kernel_arrays.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

struct Sizes {
    long samples, size;
};
const Sizes table[] = {{1, 1}, {3, 2}, {1, 3}, {2, 5}, {4, 17}, {7, 64}, {64, 33}, {70, 300}, {3, 9000}, {1, 20003}};

struct Outcome {
    Array y, inverses, dx, dweight;
    bool operator==(const Outcome& other) const {
        return same_bits(y, other.y) && same_bits(inverses, other.inverses) && same_bits(dx, other.dx) &&
               same_bits(dweight, other.dweight);
    }
};

template <class Device>
Outcome run(Device device, const Sizes& s, const Array& x, const Array& dy, const Array& weight, bool accumulate,
            float epsilon = 1e-5f) {
    const long count = s.samples * s.size;
    Outcome out{unwritten(count), unwritten(s.samples), unwritten(count), accumulate ? weight : unwritten(s.size)};
    rms_norm(device, s.samples, s.size, x.data(), weight.data(), epsilon, out.inverses.data(), out.y.data());
    rms_norm_backward(device, s.samples, s.size, x.data(), dy.data(), weight.data(), out.inverses.data(), out.dx.data(),
                      nullptr, accumulate);
    rms_norm_backward(device, s.samples, s.size, x.data(), dy.data(), weight.data(), out.inverses.data(), nullptr,
                      out.dweight.data(), accumulate);
    Array again = unwritten(count);
    rms_norm(device, s.samples, s.size, x.data(), weight.data(), epsilon, nullptr, again.data());
    CHECK(same_bits(again, out.y));
    return out;
}

}  // namespace

TEST_CASE("RMS norm's kernels agree with the plain ones, for every number of threads") {
    unsigned seed = 0;
    for (const Sizes& sizes : table)
        for (const bool accumulate : {false, true}) {
            CAPTURE(sizes.samples);
            CAPTURE(sizes.size);
            CAPTURE(accumulate);
            const long count = sizes.samples * sizes.size;
            const Array x = random_array(count, ++seed, 0.5f), dy = random_array(count, ++seed);
            const Array weight = random_array(sizes.size, ++seed);
            const Outcome wanted = run(Reference{}, sizes, x, dy, weight, accumulate);
            const auto fast = [&] { return run(Cpu{}, sizes, x, dy, weight, accumulate); };
            const Outcome found = with_threads(1, fast);
            CHECK(found == with_threads(2, fast));
            double largest = 1;
            for (const float value : wanted.inverses) largest = std::max<double>(largest, value);
            CHECK(difference(found.y, wanted.y, largest) < 2e-6);
            CHECK(difference(found.inverses, wanted.inverses, largest) < 1e-6);
            CHECK(difference(found.dx, wanted.dx, largest) < 4e-6);
            CHECK(difference(found.dweight, wanted.dweight, largest * std::sqrt(sizes.samples)) < 2e-6);
        }
}

TEST_CASE("RMS norm by hand") {
    const Array x{1, 1, -1, 5}, dy{0, 0, 0, 1}, weight{1, 1, 1, 2};
    const float inverse = 1 / 3.f;  // 7 + epsilon of 2 is 9
    auto check = [&](auto device) {
        const Outcome out = run(device, {1, 4}, x, dy, weight, false, 2);
        CHECK(difference(out.inverses, {inverse}) < 1e-6);
        CHECK(difference(out.y, {inverse, inverse, -inverse, 10 * inverse}) < 1e-6);
        CHECK(difference(out.dweight, {0, 0, 0, 5 * inverse}) < 1e-6);
        const float mean = 2 * 5 * inverse / 4;  // of weight * dy * normalised
        auto derivative = [&](float own, float normalised) { return inverse * (own - normalised * mean); };
        CHECK(difference(out.dx, {derivative(0, inverse), derivative(0, inverse), derivative(0, -inverse),
                                  derivative(2, 5 * inverse)}) < 1e-6);
    };
    check(Cpu{});
    check(Reference{});
}
