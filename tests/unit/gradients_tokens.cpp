// Gradients of the layers of text models against finite differences. The batch of check_gradients is two texts.
#include "support/expect_gradients.hpp"

using namespace genotype;

TEST_CASE("Positional embedding's gradients") {
    expect_gradients<PositionalEmbedding<2, 5>, Shape<5>>();
    expect_gradients<PositionalEmbedding<9, 33>, Shape<33>, Reference>({.batch = 6});
    expect_gradients<Sequential<Linear<3, 4>, PositionalEmbedding<3, 4>, Linear<4, 2>>, Shape<3>>({.batch = 5});
}
