// The activations against PyTorch: ordinary values, and joints, saturation and overflow.
#include "genotype/layers/elu.hpp"
#include "genotype/layers/gelu.hpp"
#include "genotype/layers/gelu_tanh.hpp"
#include "genotype/layers/leaky_relu.hpp"
#include "genotype/layers/relu.hpp"
#include "genotype/layers/sigmoid.hpp"
#include "genotype/layers/silu.hpp"
#include "genotype/layers/softplus.hpp"
#include "genotype/layers/tanh.hpp"
#include "support/golden_layer.hpp"

using namespace genotype;

/// `floor`: sizes below which a value need not be exact to the last digits, because a difference was taken on the way.
template <class L>
void check(const std::string& name, double floor) {
    static const golden::File file("activations");
    golden::check_layer<L>(file, name, {.of_value = 2e-6, .floor = floor});
    golden::check_layer<L>(file, name + "_special", {.of_value = 2e-6, .floor = floor});
}

TEST_CASE("ReLU") {
    check<ReLU>("relu", 1e-30);
}
TEST_CASE("LeakyReLU") {
    check<LeakyReLU<0.2f>>("leaky_relu", 1e-30);
}
TEST_CASE("ELU") {
    check<ELU<>>("elu", 0.1);  // derivative: y + 1
}
TEST_CASE("GELU") {
    check<GELU>("gelu", 0.5);  // 1 + erf
}
TEST_CASE("GELUTanh") {
    check<GELUTanh>("gelu_tanh", 0.5);  // x^3 in an exponent
}
TEST_CASE("SiLU") {
    check<SiLU>("silu", 0.1);  // derivative: s + x s (1 - s)
}
TEST_CASE("Softplus") {
    check<Softplus>("softplus", 1e-30);
}
TEST_CASE("Tanh") {
    check<Tanh>("tanh", 0.1);  // derivative: 1 - y^2
}
TEST_CASE("Sigmoid") {
    check<Sigmoid>("sigmoid", 0.1);  // derivative: y (1 - y)
}
