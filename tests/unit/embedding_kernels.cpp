// Embedding's kernels: the fast ones give the plain ones' bits, with ids that repeat and ids that do not occur.
#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "genotype/kernels/cpu/embedding.hpp"
#include "genotype/kernels/cpu/sinusoid.hpp"
#include "genotype/kernels/reference/embedding.hpp"
#include "genotype/kernels/reference/sinusoid.hpp"
#include "support/kernel_arrays.hpp"

using namespace genotype;
using namespace kernel_test;

namespace {

struct Sizes {
    long rows, vocabulary;
    int width;
};
// 64 columns are a thread's; 32768 values are worth threads.
const Sizes table[] = {{1, 1, 1},  {3, 2, 1},      {5, 70, 17},     {4, 9, 63},     {4, 9, 64},
                       {4, 9, 65}, {300, 11, 130}, {257, 300, 128}, {33, 40, 1001}, {2, 5000, 8}};

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

TEST_CASE("Embedding's kernels give the plain ones' bits, for every number of threads") {
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
                    with_threads(threads, [&] { return run(Cpu{}, sizes, ids, weights, dy, accumulate); });
                CHECK(same_bits(found.y, wanted.y));
                CHECK(same_bits(found.gradient, wanted.gradient));
            }
        }
}

TEST_CASE("Embedding by hand") {
    const Array weights{1, 2, 3, 4, 5, 6}, dy{10, 20, 30, 40, 50, 60};
    auto check = [&](auto device) {
        const Outcome written = run(device, {3, 3, 2}, {2, 0, 2}, weights, dy, false);
        CHECK(written.y == Array{5, 6, 1, 2, 5, 6});
        CHECK(written.gradient == Array{30, 40, 0, 0, 60, 80});
        CHECK(run(device, {3, 3, 2}, {2, 0, 2}, weights, dy, true).gradient == Array{31, 42, 3, 4, 65, 86});
    };
    check(Cpu{});
    check(Reference{});
}

// What PyTorch 2.15 says, by the formula of diffusers' Timesteps(4, flip_sin_to_cos=True, downscale_freq_shift=0).
TEST_CASE("issue 18.9: waves of a time") {
    const double step = -std::log(10000.0) / 2;
    const auto check = [&](auto device) {
        const Array times{0, 1, 2.5f, 999}, dy(16, 1.0f);
        Array y = unwritten(16), dx = unwritten(4), scaled = unwritten(16);
        sinusoid(device, 4, 4, step, 1, times.data(), y.data());
        CHECK(difference(y, {1, 1, 0, 0,                                          //
                             0.54030234f, 0.99994999f, 0.84147096f, 0.00999983f,  //
                             -0.8011436f, 0.99968749f, 0.59847212f, 0.02499739f,  //
                             0.99964982f, -0.84446979f, -0.02646075f, -0.53560317f}) < 1e-6);
        sinusoid_backward(device, 4, 4, step, 1, times.data(), dy.data(), dx.data());
        CHECK(difference(dx, {1.01f, -0.29126912f, -1.38986886f, 1.02302182f}) < 1e-6);
        const Array parts{0, 0.001f, 0.0025f, 0.999f};
        sinusoid(device, 4, 4, step, 1000, parts.data(), scaled.data());
        CHECK(difference(scaled, y) < 1e-4);  // 0.999f is not 999 / 1000
    };
    check(Cpu{});
    check(Reference{});
}

TEST_CASE("issue 18.9: the kernels of waves agree with the plain ones, for every number of threads") {
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
        const Array found = with_threads(1, [&] { return run(Cpu{}); });
        CHECK(same_bits(found, with_threads(2, [&] { return run(Cpu{}); })));
        CHECK(difference(found, run(Reference{})) < 1e-6);
    }
}
