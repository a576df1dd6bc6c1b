// A batch norm in front, for images or vectors: its channels are known all the same.
// expect: channels_do_not_match
// expect: At<1>
// expect: layer<genotype::Conv<128, 64, 4, 2, 1>
// expect: got_channels<64>
// expect: wants_channels<128>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<BN<64>, Conv<128, 64, 4, 2, 1>>;  // <- here
