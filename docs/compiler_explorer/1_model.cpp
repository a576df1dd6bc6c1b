// A network is a type. The compiler knows its shapes, its parameters and its memory.
#include <genotype/genotype.hpp>
#include <cstdio>
using namespace genotype;

using Classifier = Sequential<
    Conv<1, 16, 3, 1, 1>, BN<16>, ReLU, MaxPool<2>,
    Conv<16, 32, 3, 2, 1>, BN<32>, ReLU,
    Flatten, Linear<32 * 7 * 7, 10>>;

static_assert(std::same_as<OutputShape<Classifier, Shape<1, 28, 28>>, Shape<10>>);
static_assert(parameter_count<Classifier> == 20'538);

int main() {
    std::puts(summary<Classifier, Shape<1, 28, 28>>(64).c_str());
}
