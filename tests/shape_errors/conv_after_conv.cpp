// Channels between two convolutions.
// expect: channels_do_not_match
// expect: At<2>
// expect: layer<genotype::Conv<64, 128, 4, 2, 1>
// expect: got_channels<32>
// expect: wants_channels<64>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 32, 4, 2, 1>, ReLU, Conv<64, 128, 4, 2, 1>>;  // <- here
