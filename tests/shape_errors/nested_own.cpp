// A nested model that is wrong in itself.
// expect: features_do_not_match
// expect: At<1>
// expect: layer<genotype::Linear<9, 4>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Linear<3, 8>, Sequential<Linear<8, 8>, Linear<9, 4>>>;  // <- here
