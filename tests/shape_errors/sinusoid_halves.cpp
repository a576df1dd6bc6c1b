// As many cosines as sines: an even number of them.
// expect: features_have_no_two_halves
// expect: At<0>
// expect: layer<genotype::Sinusoid<127
// expect: got_features<127>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Sinusoid<127>, Linear<127, 64>>;  // <- here
