// A struct of the user's own that lacks what a layer has.
// expect: not_a_layer
// expect: At<1>
// expect: got<Swish>
#include <genotype/genotype.hpp>
using namespace genotype;

struct Swish {};
using Net = Sequential<Linear<8, 8>, Swish>;  // <- here
