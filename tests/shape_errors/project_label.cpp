// A Project whose label is a vector.
// expect: named_value_has_another_shape
// expect: At<1>
// expect: layer<genotype::Project<moment, 10, 64>
// expect: Shape<2>
// expect: Shape<1>
#include <genotype/genotype.hpp>
using namespace genotype;

struct moment : Given<Shape<2>> {};
using Net = Sequential<Linear<3, 64>, Project<moment, 10, 64>>;  // <- here
int main() {}
