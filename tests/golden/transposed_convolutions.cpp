// ConvT and Linear against PyTorch.
#include "genotype/layers/conv_transpose.hpp"
#include "genotype/layers/linear.hpp"
#include "support/golden_layer.hpp"

using namespace genotype;

template <class L>
void check(const std::string& name) {
    static const golden::File file("convolutions");
    golden::check_layer<L>(file, name);
}

TEST_CASE("a kernel of 3, odd sizes") {
    check<ConvT<5, 3, 3, 1, 1, Bias>>("conv_t_5_3_3_1_1_bias");
}
TEST_CASE("doubles the image") {
    check<ConvT<8, 4, 4, 2, 1>>("conv_t_8_4_4_2_1");
    check<ConvT<32, 16, 4, 2, 1>>("conv_t_32_16_4_2_1");
}
TEST_CASE("from one pixel") {
    check<ConvT<7, 16, 4, 1, 0>>("conv_t_7_16_4_1_0");
}
TEST_CASE("a stride of 3") {
    check<ConvT<5, 6, 5, 3, 2, Bias>>("conv_t_5_6_5_3_2_bias");
}
TEST_CASE("a stride past the kernel") {
    check<ConvT<4, 3, 2, 3, 0, Bias>>("conv_t_4_3_2_3_0_bias");
}
TEST_CASE("odd channels, a stride of 2") {
    check<ConvT<3, 17, 3, 2, 0, Bias>>("conv_t_3_17_3_2_0_bias");
}

TEST_CASE("Linear") {
    check<Linear<7, 5>>("linear_7_5");
    check<Linear<64, 33>>("linear_64_33");
    check<Linear<5, 16, NoBias>>("linear_5_16_no_bias");
}
