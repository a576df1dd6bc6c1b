// Residuals: their gradients with every kind of branch and projection, and that they are the sum that they say.
#include "support/devices.hpp"
#include "support/expect_gradients.hpp"

using namespace genotype;

namespace {

template <class Net, class In>
void expect_on_both(const GradientCheckOptions& options = {}) {
    expect_gradients<Net, In, Cpu>(options);
    expect_gradients<Net, In, Reference>(options);
}

}  // namespace

TEST_CASE("a branch of one layer") {
    expect_on_both<Residual<Linear<5, 5>>, Shape<5>>();
    expect_gradients<Residual<Tanh>, Shape<5>>();
    expect_gradients<Residual<Dropout<0.3f>>, Shape<5>>();
    expect_gradients<Residual<GELU>, Shape<5>>({.batch = 1});
}

TEST_CASE("the branch's last layer reads its output or works in place") {
    expect_on_both<Residual<Linear<5, 5>, Sigmoid>, Shape<5>>();
    expect_gradients<Residual<Linear<5, 5>, Tanh, Dropout<0.3f>>, Shape<5>>();
    expect_gradients<Residual<Linear<5, 5>, Dropout<0.3f>, Tanh>, Shape<5>>();
    expect_gradients<Sequential<Residual<Linear<5, 5>, Tanh>, Dropout<0.3f>, Linear<5, 5>>, Shape<5>>();
}

TEST_CASE("a projection") {
    using Wide = Residual<Conv<3, 6, 3, 2, 1>, BN<6>, Tanh, Projection<Conv<3, 6, 1, 2, 0, Bias>>>;
    expect_on_both<Wide, Shape<3, 5, 5>>();
    expect_gradients<Residual<Linear<5, 2>, Projection<Linear<5, 2>, Sigmoid>>, Shape<5>>();
    expect_gradients<Residual<Linear<5, 2>, Tanh, Projection<Linear<5, 2>, Sigmoid>>, Shape<5>>();
    expect_gradients<Residual<Linear<5, 2>, Tanh, Projection<Linear<5, 2>, Tanh, Dropout<0.3f>>>, Shape<5>>();
    // Only the projection reads the input.
    expect_gradients<Residual<Dropout<0.4f>, Projection<SiLU>>, Shape<5>>();
    expect_gradients<Residual<Dropout<0.4f>, Projection<Dropout<0.4f>>>, Shape<5>>();
}

TEST_CASE("the branch's first layer is a norm that adds the gradient by the other side") {
    using Block = Residual<GroupNorm<2, 4>, SiLU, Conv<4, 4, 3, 1, 1>>;
    expect_on_both<Block, Shape<4, 3, 3>>();
    expect_on_both<Sequential<Conv<2, 4, 1>, Residual<GroupNorm<2, 4>>, Block, Tanh>, Shape<2, 3, 3>>();
    using Narrow = Residual<GroupNorm<2, 4>, SiLU, Conv<4, 2, 3, 1, 1>, Projection<Conv<4, 2, 1>, Dropout<0.3f>>>;
    expect_on_both<Sequential<Conv<2, 4, 1>, Narrow>, Shape<2, 3, 3>>();
    using Nested = Residual<Residual<GroupNorm<1, 4>, Tanh, Conv<4, 4, 1>>, SiLU>;
    expect_on_both<Sequential<Conv<2, 4, 1>, Nested>, Shape<2, 3, 3>>();
}

TEST_CASE("residuals in residuals and chains") {
    using Inner = Residual<Linear<4, 4>, Tanh>;
    expect_on_both<Residual<Inner, Inner>, Shape<4>>();
    expect_gradients<Sequential<Linear<3, 4>, Residual<Sequential<Inner, SiLU>, Linear<4, 4>>, Sigmoid>, Shape<3>>();
    expect_gradients<Residual<Linear<4, 2>, Projection<Residual<Linear<4, 2>, Projection<Linear<4, 2>, Tanh>>>>,
                     Shape<4>>();
}

TEST_CASE_TEMPLATE("the output is branch + input, or branch + projection", Device, GENOTYPE_TESTED_DEVICES) {
    using Branch = Sequential<Linear<4, 3>, Tanh>;
    using Shortcut = Sequential<Linear<4, 3>>;
    const Model<Residual<Linear<4, 3>, Tanh, Projection<Linear<4, 3>>>, Device> whole(Seed{5});
    Model<Branch, Device> branch;
    Model<Shortcut, Device> shortcut;
    HostMemory::copy(whole.parameters.data(), branch.parameters.size(), branch.parameters.data());
    HostMemory::copy(whole.parameters.data() + branch.parameters.size(), shortcut.parameters.size(),
                     shortcut.parameters.data());
    branch.prepare();
    shortcut.prepare();
    Tensor<Shape<4>> x(3);
    fill_normal(Reference{}, x.size(), RandomState{.seed = 2}, x.data());
    const auto y = whole(x), from_branch = branch(x), from_shortcut = shortcut(x);
    for (int n = 0; n < 3; ++n)
        for (int c = 0; c < 3; ++c) CHECK(y(n, c) == from_branch(n, c) + from_shortcut(n, c));
}
