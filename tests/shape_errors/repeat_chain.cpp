// A repeated block that cannot follow itself.
// expect: channels_do_not_match
// expect: At<0>
// expect: layer<genotype::Conv<32, 64, 3, 1, 1>
// expect: got_channels<64>
// expect: wants_channels<32>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Repeat<3, Conv<32, 64, 3, 1, 1>, ReLU>;  // <- here
