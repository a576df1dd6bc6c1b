// One time a sample.
// expect: features_do_not_match
// expect: At<1>
// expect: layer<genotype::Sinusoid<128
// expect: got_features<2>, genotype::why::wants_features<1>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Linear<8, 2>, Sinusoid<128>>;  // <- here
