// Gradients of convolutions of any geometry against finite differences, and their shapes.
#include "genotype/network/model_name.hpp"
#include "support/expect_gradients.hpp"

using namespace genotype;

namespace {
struct early : Name {};
}  // namespace

TEST_CASE("issue 18.9: gradients of convolutions whose sides differ, dilated, in groups") {
    expect_gradients<Conv<2, 3, Size2{3, 1}, 1, Size2{1, 0}, Bias>, Shape<2, 5, 4>>();
    expect_gradients<Conv<4, 6, 3, 2, 2, With<Dilation<2>, Groups<2>, Bias>>, Shape<4, 5, 7>>();
    expect_gradients<Conv<4, 2, 2, 1, 1, Dilation<Size2{1, 3}>>, Shape<4, 3, 4>, Reference>();
    expect_gradients<Conv<5, 5, 3, 2, 1, Groups<5>>, Shape<5, 5, 6>>();
    expect_gradients<Conv<18, 18, 3, 1, 1, With<Bias, Groups<18>>>, Shape<18, 3, 2>, DirectConvolution<TestedDevice>>();
    expect_gradients<Conv<2, 4, Size2{2, 2}, 2>, Shape<2, 4, 5>>({.batch = 1});
}

TEST_CASE("issue 18.9: gradients of transposed convolutions of any geometry") {
    expect_gradients<ConvT<4, 6, 3, 2, 1, With<OutputPadding<1>, Bias>>, Shape<4, 3, 4>>();
    expect_gradients<ConvT<20, 3, 3, 2, 1, With<OutputPadding<1>, Bias>>, Shape<20, 3, 2>>();
    expect_gradients<ConvT<4, 6, 3, Size2{2, 3}, 1, With<OutputPadding<Size2{0, 2}>, Groups<2>, Dilation<2>, Bias>>,
                     Shape<4, 3, 4>>();
    expect_gradients<ConvT<6, 6, Size2{4, 1}, Size2{2, 1}, Size2{1, 0}, Groups<6>>, Shape<6, 3, 2>, Reference>();
}

TEST_CASE("issue 18.9: gradients of convolutions over images with a border") {
    expect_gradients<Conv<3, 4, 3, 1, 2, With<Bias, ReflectPadding>>, Shape<3, 4, 5>>();
    expect_gradients<Conv<3, 4, 3, Size2{1, 2}, Size2{2, 1}, With<Bias, CircularPadding>>, Shape<3, 4, 5>>();
    expect_gradients<Conv<3, 4, 3, 1, 5, ReplicatePadding>, Shape<3, 4, 5>>();
    expect_gradients<Conv<4, 4, 3, 1, 1, With<Groups<4>, ReflectPadding>>, Shape<4, 3, 3>, Reference>({.batch = 1});
}

TEST_CASE("issue 18.9: gradients of convolutions over signals") {
    expect_gradients<Conv1d<3, 5, 4, 2, 1, Bias>, Shape<3, 1, 9>>();
    expect_gradients<Conv1d<4, 4, 3, 1, 4, With<Dilation<4>, Groups<4>>>, Shape<4, 1, 6>>();
    expect_gradients<Conv1d<6, 4, 1>, Shape<6, 1, 5>>({.batch = 1});
    expect_gradients<Conv1d<3, 4, 3, 1, 2, CircularPadding>, Shape<3, 1, 4>>();
    expect_gradients<ConvT1d<3, 2, 4, 3, 1, With<OutputPadding<2>, Bias>>, Shape<3, 1, 4>, Reference>();
    expect_gradients<ConvT1d<4, 4, 3, 2, 1, Groups<2>>, Shape<4, 1, 4>>();
}

TEST_CASE("issue 18.9: gradients of convolutions over videos") {
    expect_gradients<Conv3d<2, 3, 3, 1, 1, Bias>, Shape<2, 4, 5, 3>>();
    expect_gradients<
        Conv3d<4, 6, Size3{2, 3, 1}, Size3{2, 1, 2}, Size3{1, 0, 1}, With<Groups<2>, Dilation<Size3{2, 1, 1}>, Bias>>,
        Shape<4, 5, 4, 3>>();
    expect_gradients<Conv3d<2, 3, 3, 1, 1, CircularPadding>, Shape<2, 3, 3, 3>>({.batch = 1});
    expect_gradients<Conv3d<3, 4, Size3{1, 3, 3}, 1, Size3{0, 1, 1}, Bias>, Shape<3, 2, 3, 3>,
                     DirectConvolution<TestedDevice>>();
    expect_gradients<ConvT3d<4, 6, Size3{4, 3, 2}, 2, 1, With<Groups<2>, OutputPadding<Size3{1, 0, 1}>, Bias>>,
                     Shape<4, 2, 3, 3>, Reference>();
    expect_gradients<ConvT3d<3, 2, 2, 2>, Shape<3, 2, 2, 3>>();
    // Scratch, activations in the same pass, residuals' additions, norms, named values.
    using Block = Residual<GroupNorm<2, 4>, SiLU, Conv3d<4, 4, 3, 1, 1, Bias>>;
    using Net = Sequential<Conv3d<2, 4, 3, Size3{1, 2, 2}, 1>, InstanceNorm<4>, Tanh, Save<early>, Block,
                           Concat<early, 4>, Conv3d<8, 3, 1>, SiLU, ConvT3d<3, 2, Size3{1, 2, 2}, Size3{1, 2, 2}>,
                           LayerNorm<2, 3, 4, 4>, Flatten, Linear<96, 2>>;
    expect_gradients<Net, Shape<2, 3, 4, 4>>({.batch = 2});
    expect_gradients<Net, Shape<2, 3, 4, 4>, Reference>({.batch = 1});
}

// Scratch, activations in the same pass and residuals' additions.
TEST_CASE("issue 18.9: gradients of a network of all of them") {
    using Separable = Residual<Conv<6, 6, 3, 1, 1, With<Groups<6>, ReflectPadding>>, Tanh, Conv<6, 6, 1>, Tanh>;
    using Net = Sequential<Conv<2, 6, Size2{3, 1}, 1, Size2{1, 0}, Bias>, SiLU, Repeat<2, Separable>,
                           Conv<6, 4, 3, 2, 2, With<Dilation<2>, Groups<2>>>, Tanh,
                           ConvT<4, 6, 3, 2, 1, With<OutputPadding<1>, Bias>>, GELU,
                           Residual<Conv<6, 6, 3, 1, 2, With<Dilation<2>, Groups<3>>>>, Flatten, Linear<96, 2>>;
    expect_gradients<Net, Shape<2, 4, 4>>({.batch = 2});
    expect_gradients<Net, Shape<2, 4, 4>, DirectConvolution<TestedDevice>>({.batch = 1});
}

TEST_CASE("issue 18.9: shapes and initial values of convolutions of any geometry") {
    using Wide = Conv<3, 8, Size2{5, 2}, Size2{2, 1}, Size2{3, 0}, With<Bias, Dilation<Size2{1, 4}>>>;
    static_assert(std::same_as<OutputShape<Wide, Shape<3, 12, 9>>, Shape<8, 7, 5>>);
    static_assert(std::same_as<OutputShape<ConvT<8, 4, 3, 2, 1, OutputPadding<1>>, Shape<8, 7, 5>>, Shape<4, 14, 10>>);
    static_assert(std::same_as<OutputShape<Conv<8, 8, 3, 1, 6, ReflectPadding>, Shape<8, 7, 7>>, Shape<8, 17, 17>>);
    static_assert(std::same_as<OutputShape<Conv1d<8, 16, 3, 2, 1>, Shape<8, 1, 100>>, Shape<16, 1, 50>>);
    using Video = Conv3d<8, 16, Size3{3, 5, 4}, Size3{1, 2, 2}, 1, With<Groups<2>, Bias>>;
    static_assert(std::same_as<OutputShape<Video, Shape<8, 8, 32, 32>>, Shape<16, 8, 15, 16>>);
    static_assert(
        std::same_as<OutputShape<ConvT3d<8, 4, 3, 2, 1, OutputPadding<1>>, Shape<8, 4, 7, 5>>, Shape<4, 8, 14, 10>>);
    static_assert(Video::parameters[0].dims == Dims{5, 16, 4, 3, 5, 4} && Video::parameters[0].initial.value == 240);
    static_assert(ConvT3d<8, 4, 3>::parameters[0].dims == Dims{5, 8, 4, 3, 3, 3});
    static_assert(multiply_adds<Video, Shape<8, 8, 32, 32>> == 16L * 240 * 8 * 15 * 16);
    CHECK(model_name<Conv3d<3, 64, 3, Size3{1, 2, 2}, 1>>() == "Conv3d<3, 64, 3, Size3{1, 2, 2}, 1, NoBias>");
    CHECK(model_name<ConvT3d<3, 64, 4>>() == "ConvT3d<3, 64, 4, 1, 0, NoBias>");
    static_assert(Wide::parameters[0].dims == Dims{4, 8, 3, 5, 2});
    static_assert(Wide::parameters[0].initial.value == 30);
    static_assert(ConvT<8, 4, 3, 1, 0, Groups<2>>::parameters[0].dims == Dims{4, 8, 2, 3, 3});
    static_assert(ConvT<8, 4, 3, 1, 0, Groups<2>>::parameters[0].initial.value == 18);
    static_assert(Conv1d<8, 16, 3, 1, 0, Groups<4>>::parameters[0].dims == Dims{3, 16, 2, 3});
    // The square one is what it was, however it is said, and has the kernels that it had.
    static_assert(std::same_as<Conv<3, 8, Size2{4, 4}, Size2{2, 2}, 1, With<Groups<1>>>::Geometry,
                               Conv<3, 8, 4, 2, 1>::Geometry>);
    CHECK(type_name<Conv<3, 64, 4, 2, 1>>() == "Conv<3, 64, 4, 2, 1>");
    CHECK(model_name<Conv<3, 64, 4, 2, 1>>() == "Conv<3, 64, 4, 2, 1, NoBias>");
    CHECK(model_name<ConvT<3, 64, 4>>() == "ConvT<3, 64, 4, 1, 0, NoBias>");
    CHECK(model_name<Conv<3, 6, Size2{3, 1}, 1, Size2{1, 0}, With<Groups<3>, Bias>>>() ==
          "Conv<3, 6, Size2{3, 1}, 1, Size2{1}, With<Groups<3>, Bias>>");
}
