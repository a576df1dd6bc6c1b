// Gradients through chains of layers: nested ones, and layers that work in place in every position.
#include "support/expect_gradients.hpp"

using namespace genotype;

namespace {

template <class Net, class In>
void expect_on_both(const GradientCheckOptions& options = {}) {
    expect_gradients<Net, In, Cpu>(options);
    expect_gradients<Net, In, Reference>(options);
}

}  // namespace

TEST_CASE("a chain of one layer") {
    expect_on_both<Sequential<Linear<5, 3>>, Shape<5>>();
    expect_gradients<Sequential<Tanh>, Shape<7>>();
    expect_gradients<Sequential<Dropout<0.3f>>, Shape<7>>();
}

TEST_CASE("images and vectors in one chain") {
    using Net = Sequential<Conv<2, 5, 3, 2, 1, Bias>, BN<5>, LeakyReLU<0.2f>, Flatten, Linear<30, 4>, GELU,
                           Reshape<1, 2, 2>, ConvT<1, 3, 3, 2>, Sigmoid>;
    expect_on_both<Net, Shape<2, 5, 4>>();
}

TEST_CASE("a chain in a chain") {
    using Inner = Sequential<Linear<6, 6>, Tanh>;
    expect_on_both<Sequential<Inner, Inner, Linear<6, 2>>, Shape<6>>({.batch = 1});
    expect_gradients<Sequential<Sequential<Sequential<Linear<4, 3>, SiLU>>, Sequential<Linear<3, 5>>>, Shape<4>>();
    // The last layer of the inner chain reads its output, which the layer behind would write over.
    expect_gradients<Sequential<Inner, Dropout<0.4f>>, Shape<6>>();
    expect_gradients<Sequential<Linear<6, 6>, Sequential<Dropout<0.4f>, Tanh>, Sequential<Tanh, Dropout<0.4f>>>,
                     Shape<6>>();
}

TEST_CASE("a layer that works in place comes first") {
    expect_on_both<Sequential<ELU<>, Linear<4, 4>>, Shape<4>>();
    expect_gradients<Sequential<Dropout<0.3f>, Linear<4, 4>>, Shape<4>>();
}

TEST_CASE("a layer that works in place comes last") {
    expect_on_both<Sequential<Linear<4, 4>, Sigmoid>, Shape<4>>();
    expect_gradients<Sequential<SiLU, Tanh>, Shape<4>>();
}

TEST_CASE("two layers that work in place, one behind the other") {
    expect_on_both<Sequential<Linear<4, 4>, Dropout<0.3f>, Dropout<0.2f>, Linear<4, 4>>, Shape<4>>();
    expect_gradients<Sequential<Linear<4, 4>, Dropout<0.3f>, Tanh, Linear<4, 4>>, Shape<4>>();
    expect_gradients<Sequential<Dropout<0.3f>, Dropout<0.2f>>, Shape<9>>();
}

TEST_CASE("a layer that works in place behind one that reads its output") {
    expect_on_both<Sequential<Linear<4, 4>, Tanh, Dropout<0.3f>, Linear<4, 4>>, Shape<4>>();
    expect_gradients<Sequential<Linear<4, 4>, Tanh, Sigmoid>, Shape<4>>();
    expect_gradients<Sequential<Tanh, Sigmoid, Tanh, Linear<4, 2>>, Shape<4>>();
}

TEST_CASE("a layer that works in place behind one that reads its input") {
    expect_on_both<Sequential<Linear<4, 4>, Softplus, Dropout<0.3f>, Softplus>, Shape<4>>();
    expect_gradients<Sequential<Conv<1, 3, 3>, BN<3>, Tanh, Dropout<0.2f>, MaxPool<2>>, Shape<1, 6, 6>>();
}
