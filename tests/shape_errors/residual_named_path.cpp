// The same of a residual with a name, whose projection is wrong.
// expect: channels_do_not_match
// expect: At<1, 3>
// expect: layer<genotype::BN<64>
// expect: got_channels<32>
#include <genotype/genotype.hpp>
using namespace genotype;

using Inner = Residual<Conv<16, 32, 3, 1, 1>, BN<32>, Projection<Conv<16, 32, 1>, BN<64>>>;
using Net = Sequential<Conv<1, 16, 3, 1, 1>, Inner, ReLU>;  // <- here
