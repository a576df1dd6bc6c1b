// Padding that leaves no pixel of a transposed convolution.
// expect: output_would_be_empty
// expect: At<1>
// expect: layer<genotype::ConvT<8, 4, 2, 1, 1>
// expect: got<genotype::Shape<8, 1, 1>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Reshape<8, 1, 1>, ConvT<8, 4, 2, 1, 1>>;  // <- here
