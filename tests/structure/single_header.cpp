// A user's first program, for the core in one file as for include/: a model, its shape, a training step, inference.
#include <cstdio>
#include <vector>

#include GENOTYPE_HEADER

using namespace genotype;

using Net = Sequential<Conv<1, 4, 3, 1, 1>, BN<4>, ReLU, Flatten, Linear<4 * 6 * 6, 3>>;
static_assert(std::same_as<OutputShape<Net, Shape<1, 6, 6>>, Shape<3>>);

int main() {
    using Image = Shape<1, 6, 6>;
    Trainer<Supervised<Net, CrossEntropy, Image>> trainer({.batch = 4});
    const Tensor<Image> x = normal<Image>(4, Seed{1});
    const std::vector<int> labels{0, 1, 2, 0};
    for (int step = 0; step < 3; ++step) std::printf("%a\n", double{trainer.step(x, labels)});
    const Tensor<Shape<3>> y = trainer.model()(x);
    for (int n = 0; n < 4; ++n) std::printf("%a %a %a\n", double{y(n, 0)}, double{y(n, 1)}, double{y(n, 2)});
    std::puts(summary<Net, Image>(4).c_str());
}
