// An option that is given twice.
// expect: option_is_given_twice
// expect: At<0>
// expect: genotype::Dilation<2>, genotype::NoBias>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 8, 3, 1, 1, With<Bias, Dilation<2>, NoBias>>, ReLU>;  // <- here
