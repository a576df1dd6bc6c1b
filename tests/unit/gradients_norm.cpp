// Gradients of the norms against finite differences.
#include "support/expect_gradients.hpp"

using namespace genotype;

TEST_CASE("batch norm's gradients") {
    expect_gradients<BN<1>, Shape<1, 1, 2>>({.batch = 2});
    expect_gradients<BN<3>, Shape<3, 5, 3>>({.batch = 1});
    expect_gradients<BN<17>, Shape<17, 3, 3>>();
    expect_gradients<BN<20>, Shape<20>>({.batch = 70});
    expect_gradients<BN<5>, Shape<5>, Reference>({.batch = 7});
    expect_gradients<BN<6, 0.5f, 0.3f>, Shape<6, 3, 2>>();
}

TEST_CASE("group norm's gradients") {
    expect_gradients<GroupNorm<1, 3>, Shape<3, 5, 3>>({.batch = 1});
    expect_gradients<GroupNorm<3, 18>, Shape<18, 3, 3>>();
    expect_gradients<GroupNorm<5, 5>, Shape<5, 4, 1>>();
    expect_gradients<GroupNorm<2, 10>, Shape<10>, Reference>();
    expect_gradients<GroupNorm<2, 6, 0.5f>, Shape<6, 3, 2>>();
}

TEST_CASE("issue 18.9: instance norm's gradients") {
    expect_gradients<InstanceNorm<3>, Shape<3, 5, 3>>({.batch = 1});
    expect_gradients<InstanceNorm<17>, Shape<17, 3, 3>>();
    expect_gradients<InstanceNorm<4, 0.5f>, Shape<4, 2, 3>, Reference>();
    expect_gradients<InstanceNorm<6>, Shape<6, 3, 4>, DirectConvolution<TestedDevice>>();
}

TEST_CASE("issue 18.4: gradients of a bias that a norm takes away again are 0, and differences say so") {
    using Net = Sequential<Conv<2, 4, 3, 1, 1, Bias>, InstanceNorm<4>, SiLU>;
    expect_gradients<Net, Shape<2, 6, 6>>({.seed = 1});
    expect_gradients<Net, Shape<2, 6, 6>>({.seed = 5});
    expect_gradients<Net, Shape<2, 6, 6>, Reference>({.seed = 3});
}

TEST_CASE("layer norm's gradients") {
    expect_gradients<LayerNorm<3>, Shape<3>>({.batch = 1});
    expect_gradients<LayerNorm<37>, Shape<37>>();
    expect_gradients<LayerNorm<3, 5, 3>, Shape<3, 5, 3>>();
    expect_gradients<LayerNorm<5>, Shape<5>, Reference>();
    expect_gradients<LayerNormWithoutBias<std::ratio<1, 10>, 6>, Shape<6>>();
    expect_gradients<LayerNormWith<With<NoBias, Epsilon<0.1f>>, 6>, Shape<6>>();
    expect_gradients<LayerNormWith<NoBias, 6>, Shape<6>>();
}

TEST_CASE("RMS norm's gradients") {
    expect_gradients<RMSNorm<3>, Shape<3>>({.batch = 1});
    expect_gradients<RMSNorm<37, std::ratio<1, 10>>, Shape<37>>();
    expect_gradients<RMSNorm<37, Epsilon<0.1f>>, Shape<37>>();
    expect_gradients<RMSNorm<5>, Shape<5>, Reference>();
}
