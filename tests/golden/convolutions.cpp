// Conv against PyTorch: kernels, strides and paddings of many kinds, with and without a bias.
#include "genotype/layers/conv.hpp"
#include "support/golden_layer.hpp"

using namespace genotype;

template <class L>
void check(const std::string& name) {
    static const golden::File file("convolutions");
    golden::check_layer<L>(file, name);
}

TEST_CASE("a kernel of 3, odd sizes") {
    check<Conv<3, 5, 3, 1, 1, Bias>>("conv_3_5_3_1_1_bias");
}
TEST_CASE("more channels than a vector") {
    check<Conv<24, 16, 3, 1, 1, Bias>>("conv_24_16_3_1_1_bias");
}
TEST_CASE("halves the image") {
    check<Conv<4, 8, 4, 2, 1>>("conv_4_8_4_2_1");
    check<Conv<16, 32, 4, 2, 1>>("conv_16_32_4_2_1");
}
TEST_CASE("a stride of 3") {
    check<Conv<5, 17, 5, 3, 2, Bias>>("conv_5_17_5_3_2_bias");
}
TEST_CASE("one pixel") {
    check<Conv<6, 2, 1, 1, 0, Bias>>("conv_6_2_1_1_0_bias");
}
TEST_CASE("the whole image") {
    check<Conv<8, 1, 4, 1, 0>>("conv_8_1_4_1_0");
}
TEST_CASE("a row and a column that no window reaches") {
    check<Conv<3, 9, 2, 2, 0>>("conv_3_9_2_2_0");
}
TEST_CASE("a stride past the kernel") {
    check<Conv<4, 6, 1, 2, 0>>("conv_4_6_1_2_0");
}
TEST_CASE("a kernel larger than the image") {
    check<Conv<2, 3, 7, 1, 3, Bias>>("conv_2_3_7_1_3_bias");
}
