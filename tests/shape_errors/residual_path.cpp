// A residual that is wrong in itself: the path is that from the outermost model.
// expect: features_do_not_match
// expect: At<4, 3>
// expect: layer<genotype::BN<32>
// expect: got_features<16>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Linear<8, 16>, BN<16>, ReLU, ELU<>, Residual<Linear<16, 16>, BN<16>, ReLU, BN<32>>>;  // <- here
