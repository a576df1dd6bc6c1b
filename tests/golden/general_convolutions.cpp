// Convolutions of any geometry against PyTorch: sides that differ, dilation, groups, output padding, padding modes,
// signals.
#include "genotype/layers/conv.hpp"
#include "genotype/layers/conv1d.hpp"
#include "genotype/layers/conv_transpose.hpp"
#include "support/golden_layer.hpp"

using namespace genotype;

template <class L>
void check(const std::string& name) {
    static const golden::File file("general_convolutions");
    golden::check_layer<L>(file, name);
}

TEST_CASE("issue 18.9: sides that differ") {
    check<Conv<3, 5, Size2{3, 1}, 1, Size2{1, 0}, Bias>>("conv_rectangular");
    check<Conv<4, 17, Size2{2, 5}, Size2{3, 2}, Size2{0, 3}>>("conv_rectangular_strides");
}
TEST_CASE("issue 18.9: dilation") {
    check<Conv<6, 9, 3, 1, 2, With<Dilation<2>, Bias>>>("conv_dilated");
    check<Conv<3, 8, 3, 2, Size2{2, 6}, Dilation<Size2{2, 6}>>>("conv_dilated_sides");
}
TEST_CASE("issue 18.9: groups") {
    check<Conv<8, 12, 3, 1, 1, With<Bias, Groups<4>>>>("conv_groups");
    check<Conv<16, 24, Size2{2, 3}, 2, 1, Groups<2>>>("conv_groups_wide");
}
TEST_CASE("issue 18.9: depthwise") {
    check<Conv<19, 19, 3, 1, 1, With<Bias, Groups<19>>>>("conv_depthwise");
    check<Conv<8, 8, 5, 2, 4, With<Groups<8>, Dilation<2>>>>("conv_depthwise_strides");
    check<Conv<5, 10, 3, 1, 1, Groups<5>>>("conv_depthwise_two");
}
TEST_CASE("issue 18.9: padding modes") {
    check<Conv<3, 6, 3, 1, 1, With<ReflectPadding, Bias>>>("conv_reflect");
    check<Conv<4, 6, Size2{5, 3}, 2, Size2{4, 1}, ReflectPadding>>("conv_reflect_sides");
    check<Conv<4, 4, 3, 1, 3, With<ReplicatePadding, Groups<2>>>>("conv_replicate");
    check<Conv<2, 5, 4, 2, Size2{3, 4}, With<CircularPadding, Bias>>>("conv_circular");
}
TEST_CASE("issue 18.9: transposed, with output padding") {
    check<ConvT<16, 8, 3, 2, 1, With<OutputPadding<1>, Bias>>>("conv_t_output_padding");
    check<ConvT<16, 3, 4, 3, 0, With<OutputPadding<2>, Bias>>>("conv_t_output_padding_colours");
}
TEST_CASE("issue 18.9: transposed, of any geometry") {
    check<ConvT<5, 6, Size2{1, 4}, Size2{1, 2}, Size2{0, 1}>>("conv_t_rectangular");
    check<ConvT<4, 7, 3, 2, 2, With<Dilation<Size2{2, 3}>, OutputPadding<Size2{1, 2}>, Bias>>>("conv_t_dilated");
    check<ConvT<12, 8, 3, 2, 1, With<OutputPadding<1>, Groups<4>, Bias>>>("conv_t_groups");
    check<ConvT<9, 9, 4, 2, 1, Groups<9>>>("conv_t_depthwise");
}
TEST_CASE("issue 18.9: signals") {
    check<Conv1d<3, 8, 5, 2, 2, Bias>>("conv1d");
    check<Conv1d<4, 6, 3, 1, 4, With<Groups<2>, Dilation<4>>>>("conv1d_dilated");
    check<Conv1d<6, 5, 1, 1, 0, Bias>>("conv1d_one");
    check<Conv1d<3, 4, 4, 1, 3, ReflectPadding>>("conv1d_reflect");
    check<ConvT1d<5, 4, 4, 3, 1, With<OutputPadding<2>, Bias>>>("conv1d_t");
}
