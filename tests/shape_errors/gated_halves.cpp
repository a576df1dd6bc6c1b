// An odd number of features has no two halves.
// expect: features_have_no_two_halves
// expect: At<1>
// expect: layer<genotype::Gated<genotype::SiLU>
// expect: got_features<33>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Linear<8, 33, NoBias>, Gated<SiLU>>;  // <- here
