// A training: the loss of a small classifier on eight samples that it learns by heart.
#include <genotype/genotype.hpp>
#include <cstdio>
#include <vector>
using namespace genotype;

using Net = Sequential<Linear<4, 16>, ReLU, Linear<16, 3>>;

int main() {
    Trainer<Supervised<Net, CrossEntropy>> trainer({.optimizer = {.learning_rate = 0.03f}, .batch = 8});
    const Tensor<Shape<4>> x = normal<Shape<4>>(8, Seed{1});
    const std::vector<int> labels{0, 1, 2, 0, 1, 2, 0, 1};
    for (int step = 0; step <= 50; ++step) {
        const float loss = trainer.step(x, labels);
        if (step % 10 == 0) std::printf("step %2d: loss %.4f\n", step, double{loss});
    }
}
