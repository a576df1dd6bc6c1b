// A program that uses the package: a model as a type, and one object of it.
#include <cstdio>
#include <genotype/genotype.hpp>

using namespace genotype;

using Net = Sequential<Linear<4, 8>, ReLU, Linear<8, 2>>;

int main() {
    const Model<Net> model(Seed{1});
    const Tensor<Shape<2>> y = model(normal<Shape<4>>(3, Seed{2}));
    std::printf("genotype %d.%d.%d: %d samples, the first value %g\n", GENOTYPE_VERSION_MAJOR, GENOTYPE_VERSION_MINOR,
                GENOTYPE_VERSION_PATCH, y.batch(), double{y(0, 0)});
    return y.batch() == 3 ? 0 : 1;
}
