// The width of a batch norm after a linear layer.
// expect: features_do_not_match
// expect: At<1>
// expect: layer<genotype::BN<64>
// expect: got_features<128>
// expect: wants_features<64>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Linear<784, 128>, BN<64>, ReLU>;  // <- here
