// A fault inside a repeated block, seen from the model around it.
// expect: channels_do_not_match
// expect: At<1, 1>
// expect: layer<genotype::BN<16>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 8, 3, 1, 1>, Repeat<4, ReLU, BN<16>>>;  // <- here
