// An epsilon below 0.
// expect: epsilon_is_out_of_range
// expect: At<1>
// expect: layer<genotype::GroupNorm<4, 64
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 64, 3, 1, 1>, GroupNorm<4, 64, -1e-5f>>;  // <- here
