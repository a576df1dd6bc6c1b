// Gates: the fast kernels against the plain ones, shapes, gradients.
#include <doctest/doctest.h>

#include "genotype/kernels/cpu/halves.hpp"
#include "genotype/kernels/reference/halves.hpp"
#include "support/expect_gradients.hpp"
#include "support/kernel_arrays.hpp"

using namespace genotype;
using namespace kernel_test;

static_assert(infer<Gated<SiLU>>(vector_dims(12)).dims == vector_dims(6));
static_assert(infer<Gated<SiLU>>(unknown_dims).dims == vector_dims(any_dim));
static_assert(infer<Gated<SiLU>>(vector_dims(13)).fault.kind == FaultKind::halves);
static_assert(infer<Gated<SiLU>>(image_dims(12, 1, 1)).fault.kind == FaultKind::image_given);

TEST_CASE("Functions of halves agree with the plain ones, for every number of threads") {
    using Forth = detail::GateForward<decltype(Sigmoid::function_of_input())>;
    using Back = detail::GateBackward<decltype(Sigmoid::function_of_input())>;
    unsigned seed = 0;
    for (const long rows : {1, 3, 40})
        for (const long half : {1, 15, 16, 17, 64, 1000}) {
            CAPTURE(rows);
            CAPTURE(half);
            const Array x = random_array(rows * 2 * half, ++seed), dy = random_array(rows * half, ++seed);
            auto run = [&](auto device) {
                Array y = unwritten(rows * half), dx = unwritten(rows * 2 * half);
                map_halves(device, rows, half, Forth{}, x.data(), y.data());
                map_halves_backward(device, rows, half, Back{}, x.data(), dy.data(), dx.data());
                y.insert(y.end(), dx.begin(), dx.end());
                return y;
            };
            const Array found = with_threads(1, [&] { return run(Cpu{}); });
            CHECK(same_bits(found, with_threads(2, [&] { return run(Cpu{}); })));
            CHECK(difference(found, run(Reference{})) < 2e-6);
        }
}

TEST_CASE("Gates' gradients") {
    expect_gradients<Gated<SiLU>, Shape<14>>();
    expect_gradients<Gated<Tanh>, Shape<6>, Reference>({.batch = 1});
    expect_gradients<Gated<LeakyReLU<0.2f>>, Shape<70>>();
    expect_gradients<Sequential<Linear<5, 12, NoBias>, Gated<GELU>, Linear<6, 5, NoBias>>, Shape<5>>();
}
