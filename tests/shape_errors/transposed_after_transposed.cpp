// Channels between two transposed convolutions of a generator.
// expect: channels_do_not_match
// expect: At<3>
// expect: layer<genotype::ConvT<128, 64, 4, 2, 1>
// expect: got_channels<256>
// expect: wants_channels<128>
#include <genotype/genotype.hpp>
using namespace genotype;

using Generator = Sequential<ConvT<100, 256, 4, 1, 0>, BN<256>, ReLU, ConvT<128, 64, 4, 2, 1>, Tanh>;  // <- here
