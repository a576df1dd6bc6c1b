// Gradients of the layers of text models against finite differences. The batch of check_gradients is two texts.
#include "support/expect_gradients.hpp"

using namespace genotype;

namespace {
struct context : Name {};
}  // namespace

TEST_CASE("Positional embedding's gradients") {
    expect_gradients<PositionalEmbedding<2, 5>, Shape<5>>();
    expect_gradients<PositionalEmbedding<9, 33>, Shape<33>, Reference>({.batch = 6});
    expect_gradients<Sequential<Linear<3, 4>, PositionalEmbedding<3, 4>, Linear<4, 2>>, Shape<3>>({.batch = 5});
}

TEST_CASE("Causal attention's gradients") {
    expect_gradients<CausalAttention<1, 1, 3>, Shape<9>>();
    expect_gradients<CausalAttention<4, 2, 5>, Shape<40>>({.batch = 7});
    expect_gradients<CausalAttention<3, 1, 16>, Shape<80>>({.batch = 5});
    expect_gradients<CausalAttention<2, 1, 4>, Shape<16>, Reference>({.batch = 5});
}

TEST_CASE("Rotary embedding's gradients") {
    expect_gradients<Rotary<1, 1, 2>, Shape<6>>();
    expect_gradients<Rotary<3, 1, 34, Rope<500'000, Llama3Scaling<>>>, Shape<170>>({.batch = 6});
    expect_gradients<Rotary<2, 1, 8>, Shape<32>, Reference>({.batch = 5});
}

TEST_CASE("gradients of the norm of queries and keys") {
    expect_gradients<QueryKeyNorm<1, 1, 2>, Shape<6>>();
    expect_gradients<QueryKeyNorm<3, 1, 17, Epsilon<1e-2f>>, Shape<85>>({.batch = 6});
    expect_gradients<QueryKeyNorm<4, 2, 5>, Shape<40>, Reference>({.batch = 5});
}

TEST_CASE("Self-attention's gradients") {
    expect_gradients<SelfAttention<12, 3>, Shape<12>>({.batch = 5});
    expect_gradients<Residual<RMSNorm<16>, SelfAttention<16, 4, 2, Rope<>, NoBias>>, Shape<16>>({.batch = 7});
    expect_gradients<Residual<RMSNorm<8>, SelfAttention<8, 4, 2, Rope<>, NoBias, Bias, 6, Epsilon<1e-6f>>>, Shape<8>>(
        {.batch = 7});
}

TEST_CASE("issue 18.9: gradients of attention that is not causal") {
    expect_gradients<MultiheadAttention<6, 2>, Shape<6, 2, 3>>();
    expect_gradients<MultiheadAttention<6, 2>, Shape<6>>({.batch = 5});
    expect_gradients<Residual<GroupNorm<2, 8>, MultiheadAttention<8, 1, NoBias>>, Shape<8, 3, 2>, Reference>();
    using Net = Sequential<Conv<2, 6, 1>, Save<context>, Conv<6, 4, 2, 2, 0>, MultiheadAttention<4, 2>,
                           CrossAttention<context, 4, 2, Shape<6, 4, 4>>, SiLU,
                           CrossAttention<context, 4, 1, Shape<6, 4, 4>, NoBias>>;
    expect_gradients<Net, Shape<2, 4, 4>>();
    expect_gradients<Net, Shape<2, 4, 4>, Reference>();
    // The tokens of texts, and a context of as many.
    expect_gradients<Sequential<Linear<3, 4>, Save<context>, Linear<4, 6>, CrossAttention<context, 6, 3, Shape<4>>>,
                     Shape<3>>({.batch = 7});
    // A vector for each image, of which there is one query.
    expect_gradients<
        Sequential<Save<context>, GlobalAvgPool, Flatten, Linear<3, 4>, CrossAttention<context, 4, 2, Shape<3, 3, 2>>>,
        Shape<3, 3, 2>>();
}

TEST_CASE("issue 18.9: gradients of waves of a time") {
    expect_gradients<Sinusoid<2>, Shape<1>>({.batch = 1});
    expect_gradients<Sinusoid<16>, Shape<1>>();
    expect_gradients<Sinusoid<6, 2.f, 100.f>, Shape<1>, Reference>();
    expect_gradients<Sinusoid<6>, Shape<1>, DirectConvolution<TestedDevice>>();
}
