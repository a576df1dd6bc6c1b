// A padding mode for a transposed convolution.
// expect: layer_has_no_such_option
// expect: At<0>
// expect: layer<genotype::ConvT<3, 8, 3, 1, 1, genotype::ReflectPadding>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<ConvT<3, 8, 3, 1, 1, ReflectPadding>, ReLU>;  // <- here
