// A convolution that makes no channels.
// expect: size_must_be_at_least_1
// expect: At<0>
// expect: layer<genotype::Conv<3, 0, 4, 2, 1>
// expect: got_number<0>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 0, 4, 2, 1>, ReLU>;  // <- here
