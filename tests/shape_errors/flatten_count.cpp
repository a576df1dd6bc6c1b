// A linear layer that does not fit what Flatten gives.
// expect: features_do_not_match
// expect: At<2>
// expect: got_features<512>
// expect: wants_features<500>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Reshape<8, 8, 8>, Flatten, Linear<500, 10>>;  // <- here
