// Something behind the padding that is no option of a convolution.
// expect: layer_has_no_such_option
// expect: At<0>
// expect: With<genotype::Bias, genotype::Dropout<
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 8, 3, 1, 1, With<Bias, Dropout<0.5f>>>, ReLU>;  // <- here
