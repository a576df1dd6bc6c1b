// A dilation of 0.
// expect: dilation_must_be_at_least_1
// expect: At<0>
// expect: layer<genotype::Conv<3, 64, 3, 1, 1, genotype::Dilation<0>
// expect: got_number<0>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 64, 3, 1, 1, Dilation<0>>, ReLU>;  // <- here
