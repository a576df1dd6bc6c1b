// A fault inside a residual's branch.
// expect: channels_do_not_match
// expect: At<1, 2>
// expect: layer<genotype::Conv<32, 64, 3, 1, 1>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 64, 3, 1, 1>, Residual<ReLU, Tanh, Conv<32, 64, 3, 1, 1>>>;  // <- here
