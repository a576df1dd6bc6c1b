// An epsilon of 0: where all values are equal, their deviation is.
// expect: epsilon_is_out_of_range
// expect: At<1>
// expect: layer<genotype::BN<64, 0
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 64, 3, 1, 1>, BN<64, 0.f>>;  // <- here
