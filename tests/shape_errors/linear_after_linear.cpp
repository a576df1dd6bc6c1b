// Features between two linear layers.
// expect: features_do_not_match
// expect: At<2>
// expect: layer<genotype::Linear<128, 10>
// expect: got_features<256>
// expect: wants_features<128>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Linear<784, 256>, ReLU, Linear<128, 10>>;  // <- here
