// A type that is no layer.
// expect: not_a_layer
// expect: At<1>
// expect: got<int>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 64, 4, 2, 1>, int>;  // <- here
