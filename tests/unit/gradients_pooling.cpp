// Gradients of the layers that gather and move pixels against finite differences.
#include "support/expect_gradients.hpp"

using namespace genotype;

TEST_CASE("gradients of poolings") {
    expect_gradients<MaxPool<2>, Shape<3, 5, 7>>({.batch = 1});
    expect_gradients<MaxPool<3, 1, 1>, Shape<5, 4, 3>>();
    expect_gradients<MaxPool<2, 3, 1>, Shape<17, 5, 5>>();
    expect_gradients<MaxPool<3, 2, 1>, Shape<2, 5, 4>, Reference>();
    expect_gradients<AvgPool<2>, Shape<3, 5, 7>>({.batch = 1});
    expect_gradients<AvgPool<3, 1, 1>, Shape<5, 4, 3>>();
    expect_gradients<AvgPool<2, 3, 1>, Shape<17, 5, 5>, Reference>();
    expect_gradients<GlobalAvgPool, Shape<17, 3, 7>>({.batch = 1});
    expect_gradients<GlobalAvgPool, Shape<5, 2, 2>, Reference>();
}

TEST_CASE("issue 18.9: gradients of adaptive poolings") {
    expect_gradients<AdaptiveAvgPool<2>, Shape<3, 5, 7>>({.batch = 1});
    expect_gradients<AdaptiveAvgPool<4, 3>, Shape<17, 2, 5>>();
    expect_gradients<AdaptiveAvgPool<3, 1>, Shape<5, 4, 3>, Reference>();
    expect_gradients<AdaptiveAvgPool<3, 2>, Shape<5, 4, 3>, DirectConvolution<TestedDevice>>();
}

TEST_CASE("gradients of rearrangements") {
    expect_gradients<Upsample<2>, Shape<3, 3, 5>>({.batch = 1});
    expect_gradients<Upsample<3>, Shape<17, 2, 1>, Reference>();
    expect_gradients<Upsample<2, Bilinear>, Shape<3, 3, 5>>({.batch = 1});
    expect_gradients<Upsample<2, Bilinear>, Shape<17, 2, 3>>();
    expect_gradients<Upsample<3, Bilinear>, Shape<5, 2, 1>, Reference>();
    expect_gradients<DiffAugment<0.25f>, Shape<3, 6, 5>>();
    expect_gradients<DiffAugment<0.25f>, Shape<2, 4, 7>, Reference>();
    expect_gradients<Upsample<3, Bilinear>, Shape<2, 3, 2>, DirectConvolution<TestedDevice>>();
    expect_gradients<PixelShuffle<2>, Shape<12, 3, 5>>({.batch = 1});
    expect_gradients<PixelShuffle<3>, Shape<9, 2, 1>, Reference>();
    expect_gradients<PixelUnshuffle<2>, Shape<3, 6, 10>>({.batch = 1});
    expect_gradients<PixelUnshuffle<3>, Shape<2, 6, 3>, Reference>();
    expect_gradients<Flatten, Shape<3, 5, 7>>();
    expect_gradients<Flatten, Shape<7>>({.batch = 1});
    expect_gradients<Reshape<5, 3, 7>, Shape<105>>();
    expect_gradients<Reshape<105>, Shape<5, 3, 7>, Reference>({.batch = 1});
    expect_gradients<Reshape<6, 5, 2>, Shape<4, 3, 5>>();
}

// Blocks and branches share memory out: what instance norm keeps must be its own in each.
TEST_CASE("issue 18.9: gradients of a network of all of them") {
    using Block = Repeat<2, Residual<InstanceNorm<4>, SiLU, Conv<4, 4, 3, 1, 1>>>;
    using Net =
        Sequential<Conv<2, 4, 3, 1, 1>, InstanceNorm<4>, Tanh, Block, PixelUnshuffle<2>, Upsample<3, Bilinear>,
                   GroupNorm<4, 16, 0.1f>, Tanh, AdaptiveAvgPool<2, 3>, BN<16, 0.1f, 0.5f>, Flatten, Linear<96, 3>>;
    expect_gradients<Net, Shape<2, 6, 4>>({.batch = 3});
    expect_gradients<Net, Shape<2, 4, 2>, DirectConvolution<TestedDevice>>({.batch = 2});
    expect_gradients<Sequential<Sinusoid<8>, Linear<8, 6>, SiLU, Linear<6, 2>>, Shape<1>>();
}
