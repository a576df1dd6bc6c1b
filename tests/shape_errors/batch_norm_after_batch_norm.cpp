// Two batch norms of different widths.
// expect: channels_do_not_match
// expect: At<2>
// expect: layer<genotype::BN<32>
// expect: got_channels<64>
// expect: wants_channels<32>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<BN<64>, ReLU, BN<32>>;  // <- here
