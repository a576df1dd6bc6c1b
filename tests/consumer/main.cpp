// A user's program: a model as a type, and one object of it.
#include <genotype/genotype.hpp>

using namespace genotype;

using Net = Sequential<Linear<4, 8>, ReLU, Linear<8, 2>>;
static_assert(std::same_as<OutputShape<Net, Shape<4>>, Shape<2>>);

int main() {
    const Model<Net> model(Seed{1});
    const Tensor<Shape<4>> x(3);
    const Tensor<Shape<2>> y = model(x);
    return y.batch() == 3 ? 0 : 1;
}
