// Every activation's and dropout's backward against differences of its forward.
#include <doctest/doctest.h>

#include "genotype/kernels/cpu/elementwise.hpp"
#include "genotype/kernels/cpu/random.hpp"
#include "genotype/kernels/reference/elementwise.hpp"
#include "genotype/kernels/reference/random.hpp"
#include "genotype/layers/dropout.hpp"
#include "genotype/layers/elu.hpp"
#include "genotype/layers/gelu.hpp"
#include "genotype/layers/gelu_tanh.hpp"
#include "genotype/layers/leaky_relu.hpp"
#include "genotype/layers/relu.hpp"
#include "genotype/layers/sigmoid.hpp"
#include "genotype/layers/silu.hpp"
#include "genotype/layers/softplus.hpp"
#include "genotype/layers/tanh.hpp"
#include "genotype/testing.hpp"

using namespace genotype;

TEST_CASE_TEMPLATE("Gradients", L, ReLU, LeakyReLU<>, LeakyReLU<0.2f>, ELU<>, ELU<0.5f>, GELU, GELUTanh, SiLU, Softplus,
                   Tanh, Sigmoid, Dropout<>, Dropout<0.2f>) {
    const auto check = [](const GradientCheck& result) {
        INFO(result.fault);
        CHECK(result.passed);
        CHECK(result.compared > 0);
    };
    check(check_gradients<L, Shape<3, 5, 7>>({.batch = 1}));
    check(check_gradients<L, Shape<13>, Reference>({.seed = 2, .spread = 3}));
}
