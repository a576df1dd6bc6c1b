// Stride 0 of a transposed convolution.
// expect: stride_must_be_at_least_1
// expect: At<0>
// expect: layer<genotype::ConvT<100, 64, 4, 0
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<ConvT<100, 64, 4, 0>, ReLU>;  // <- here
