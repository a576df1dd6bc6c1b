// A convolution straight after a vector.
// expect: wants_a_picture_but_got_a_vector
// expect: At<1>
// expect: layer<genotype::ConvT<128, 64, 4, 2, 1>
// expect: got_features<128>
// expect: wants_channels<128>
// expect: hint_insert
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Linear<20, 128>, ConvT<128, 64, 4, 2, 1>>;  // <- here
