// A projection that has no room for keys and values.
// expect: features_do_not_match
// expect: At<1>
// expect: layer<genotype::CausalAttention<2, 1, 8>
// expect: got_features<16>
// expect: wants_features<32>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Linear<16, 16>, CausalAttention<2, 1, 8>>;  // <- here
