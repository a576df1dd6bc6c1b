// Repeat: the same numbers and gradients as its blocks written one after the other.
#include <algorithm>

#include "support/expect_gradients.hpp"

using namespace genotype;

namespace {

template <class Net, class In>
void expect_on_both(const GradientCheckOptions& options = {}) {
    expect_gradients<Net, In, Cpu>(options);
    expect_gradients<Net, In, Reference>(options);
}

template <class Net, class Mode, class Device = Cpu>
std::vector<float> run(const Tensor<Shape<6>>& x) {
    Model<Net, Device> model(Seed{3});
    Workspace<Net, Shape<6>, Mode, Device> workspace(x.batch());
    const auto y = workspace.forward(model, x);
    return {y.data, y.data + y.size()};
}

}  // namespace

TEST_CASE("gradients through 1, 2 and 5 blocks") {
    expect_on_both<Repeat<1, Linear<4, 4>, Tanh>, Shape<4>>();
    expect_gradients<Repeat<2, Linear<4, 4>, Tanh>, Shape<4>>();
    expect_gradients<Repeat<5, Linear<4, 4>, SiLU>, Shape<4>>();
    expect_gradients<Repeat<3, Dropout<0.2f>>, Shape<4>>();
    expect_gradients<Repeat<2, Tanh, Dropout<0.2f>>, Shape<4>>();
    expect_gradients<Repeat<2, Conv<2, 2, 3, 1, 1>, BN<2>>, Shape<2, 3, 5>>();
    // A block of one layer has no place of its own between two gradients.
    expect_on_both<Repeat<4, Linear<4, 4>>, Shape<4>>();
    // One block may change the shape.
    expect_gradients<Repeat<1, Linear<4, 3>>, Shape<4>>();
}

TEST_CASE("gradients where combinators lie in one another") {
    using Blocks = Repeat<2, Residual<Linear<3, 3>, Tanh>>;
    expect_on_both<Sequential<Linear<5, 3>, Residual<Blocks, Dropout<0.2f>>, Sigmoid>, Shape<5>>();
    expect_gradients<Repeat<2, Repeat<2, Linear<3, 3>, Tanh>, Dropout<0.2f>>, Shape<3>>();
    expect_gradients<Sequential<Repeat<2, Tanh>, Dropout<0.3f>, Linear<3, 3>>, Shape<3>>();
}

TEST_CASE("blocks have parameters of their own, and are the chain of them") {
    using Block = Sequential<Linear<6, 6>, GELU>;
    Tensor<Shape<6>> x(3);
    fill_normal(Reference{}, x.size(), RandomState{.seed = 2}, x.data());
    const auto repeated = run<Repeat<3, Linear<6, 6>, GELU>, Training>(x);
    CHECK(repeated == run<Sequential<Block, Block, Block>, Training>(x));
    CHECK(repeated != run<Sequential<Block, Block>, Training>(x));
    // Nothing in these blocks depends on the kind of run.
    CHECK(repeated == run<Repeat<3, Linear<6, 6>, GELU>, Inference>(x));
    CHECK(run<Repeat<1, Linear<6, 6>, GELU>, Inference>(x) == run<Block, Training>(x));

    // A block of one layer has no place of its own between its input and its output.
    using Bare = Repeat<4, Linear<6, 6>>;
    const auto bare = run<Sequential<Linear<6, 6>, Linear<6, 6>, Linear<6, 6>, Linear<6, 6>>, Inference, Reference>(x);
    CHECK(run<Bare, Inference, Reference>(x) == bare);
    CHECK(run<Bare, Training, Reference>(x) == bare);

    const Model<Repeat<2, Linear<6, 6>>> model(Seed{1});
    const float* first = model.parameters.data();
    CHECK(!std::equal(first, first + 36, first + model.parameters.size() / 2));
}

TEST_CASE("tensors have PyTorch's names") {
    std::string names;
    using Net = Sequential<Linear<2, 3>, Repeat<2, Residual<Linear<3, 3, NoBias>, Projection<BN<3>>>>>;
    const auto add = [&](const std::string& name, const Parameter&, long) { names += name + " "; };
    for_each_tensor<Net, detail::Owned::parameters>(add);
    CHECK(names ==
          "0.weight 0.bias 1.0.0.branch.0.weight 1.0.0.projection.0.weight 1.0.0.projection.0.bias "
          "1.1.0.branch.0.weight 1.1.0.projection.0.weight 1.1.0.projection.0.bias ");
    names.clear();
    for_each_tensor<Net, detail::Owned::buffers>(add, "net.");
    CHECK(names.substr(0, 35) == "net.1.0.0.projection.0.running_mean");
}
