// Embedding's kernels over thrust give the plain ones' bits, with ids that repeat and ids that do not occur.
#include "genotype/kernels/portable/embedding.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "genotype/kernels/portable/sinusoid.hpp"
#include "genotype/kernels/reference/embedding.hpp"
#include "genotype/kernels/reference/sinusoid.hpp"
#include "support/kernel_arrays.hpp"
#include "support/thrust_devices.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

struct Sizes {
    long rows, vocabulary;
    int width;
};
// 16 columns are summed together, 1024 values are one call.
const Sizes table[] = {{1, 1, 1},  {3, 2, 1},     {5, 70, 15},  {4, 9, 16},
                       {4, 9, 17}, {300, 11, 33}, {64, 40, 16}, {65, 300, 16}};

struct Outcome {
    Array y, gradient;
};

template <class Device>
Outcome run(Device device, const Sizes& s, const Array& ids, const Array& weights, const Array& dy, bool accumulate) {
    Outcome out{unwritten(s.rows * s.width), accumulate ? weights : unwritten(s.vocabulary * s.width)};
    embedding(device, s.rows, s.width, ids.data(), {weights.data(), nullptr}, out.y.data());
    embedding_gradient(device, s.rows, s.vocabulary, s.width, ids.data(), dy.data(), out.gradient.data(), accumulate);
    return out;
}

}  // namespace

TEST_CASE_TEMPLATE("Embedding's kernels give the plain ones' bits, for every number of threads", Device,
                   GENOTYPE_THRUST_DEVICES) {
    unsigned seed = 0;
    for (const Sizes& sizes : table)
        for (const bool accumulate : {false, true}) {
            CAPTURE(sizes.rows);
            CAPTURE(sizes.vocabulary);
            CAPTURE(sizes.width);
            CAPTURE(accumulate);
            std::mt19937 engine(++seed);
            Array ids(static_cast<unsigned long>(sizes.rows));
            for (float& id : ids) id = static_cast<float>(engine() % static_cast<unsigned long>(sizes.vocabulary));
            ids.back() = static_cast<float>(sizes.vocabulary - 1);
            const Array weights = random_array(sizes.vocabulary * sizes.width, ++seed);
            const Array dy = random_array(sizes.rows * sizes.width, ++seed);
            const Outcome wanted = run(Reference{}, sizes, ids, weights, dy, accumulate);
            for (const int threads : {1, 2, 3}) {
                const Outcome found =
                    with_threads(threads, [&] { return run(Device{}, sizes, ids, weights, dy, accumulate); });
                CHECK(same_bits(found.y, wanted.y));
                CHECK(same_bits(found.gradient, wanted.gradient));
            }
        }
}

TEST_CASE_TEMPLATE("issue 18.9: waves of a time over thrust", Device, GENOTYPE_THRUST_DEVICES) {
    for (const int width : {2, 6, 128}) {
        const int batch = 70;
        const double step = -std::log(10000.0) / (width / 2);
        const Array times = random_array(batch, 1, 300), dy = random_array(static_cast<long>(batch) * width, 2);
        const auto run = [&](auto device) {
            Array y = unwritten(static_cast<long>(batch) * width), dx = unwritten(batch);
            sinusoid(device, batch, width, step, 2, times.data(), y.data());
            sinusoid_backward(device, batch, width, step, 2, times.data(), dy.data(), dx.data());
            y.insert(y.end(), dx.begin(), dx.end());
            return y;
        };
        const Array found = with_threads(1, [&] { return run(Device{}); });
        CHECK(same_bits(found, with_threads(3, [&] { return run(Device{}); })));
        CHECK(difference(found, run(Reference{})) < 1e-6);
    }
}
