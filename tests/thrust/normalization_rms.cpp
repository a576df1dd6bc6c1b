// Root-mean-square norm over thrust against plain loops.
#include "genotype/kernels/reference/normalization_rms.hpp"

#include <doctest/doctest.h>

#include "genotype/kernels/portable/normalization_rms.hpp"
#include "support/kernel_arrays.hpp"
#include "support/thrust_devices.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

struct Sizes {
    long samples, size;
};
const Sizes table[] = {{1, 1}, {3, 1}, {3, 2}, {1, 3}, {4, 17}, {7, 64}, {64, 33}, {70, 300}, {3, 9000}};

struct Outcome {
    Array y, inverses, dx, dweight;
    bool operator==(const Outcome& other) const {
        return same_bits(y, other.y) && same_bits(inverses, other.inverses) && same_bits(dx, other.dx) &&
               same_bits(dweight, other.dweight);
    }
};

/// All gradients; or, in two calls, those of the input and those of the weight, and y from a call without inverses.
template <class Device>
Outcome run(Device device, const Sizes& s, const Array& x, const Array& dy, const Array& weight, bool accumulate,
            bool apart = false) {
    const long count = s.samples * s.size;
    Outcome out{unwritten(count), unwritten(s.samples), unwritten(count), accumulate ? weight : unwritten(s.size)};
    rms_norm(device, s.samples, s.size, x.data(), weight.data(), 1e-5f, out.inverses.data(), out.y.data());
    const auto backward = [&](float* dx, float* dweight) {
        rms_norm_backward(device, s.samples, s.size, x.data(), dy.data(), weight.data(), out.inverses.data(), dx,
                          dweight, accumulate);
    };
    backward(out.dx.data(), apart ? nullptr : out.dweight.data());
    if (!apart) return out;
    backward(nullptr, out.dweight.data());
    out.y = unwritten(count);
    rms_norm(device, s.samples, s.size, x.data(), weight.data(), 1e-5f, nullptr, out.y.data());
    return out;
}

}  // namespace

TEST_CASE_TEMPLATE("RMS norm agrees with the plain one", Device, GENOTYPE_THRUST_DEVICES) {
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
            const auto own = [&](bool apart) { return run(Device{}, sizes, x, dy, weight, accumulate, apart); };
            const Outcome found = with_threads(1, [&] { return own(false); });
            CHECK(found == with_threads(3, [&] { return own(false); }));
            CHECK(found == with_threads(3, [&] { return own(true); }));
            double largest = 1;
            for (const float value : wanted.inverses) largest = std::max<double>(largest, static_cast<double>(value));
            CHECK(difference(found.y, wanted.y, largest) < 2e-6);
            CHECK(difference(found.inverses, wanted.inverses, largest) < 1e-6);
            CHECK(difference(found.dx, wanted.dx, largest) < 4e-6);
            CHECK(difference(found.dweight, wanted.dweight, largest * std::sqrt(static_cast<double>(sizes.samples))) <
                  2e-6);
        }
}
