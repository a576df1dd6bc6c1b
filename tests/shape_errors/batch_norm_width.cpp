// The width of a batch norm after a convolution.
// expect: channels_do_not_match
// expect: At<1>
// expect: layer<genotype::BN<64>
// expect: got_channels<128>
// expect: wants_channels<64>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 128, 4, 2, 1>, BN<64>, ReLU>;  // <- here
