// A momentum that is no share of a batch.
// expect: momentum_is_out_of_range
// expect: At<1>
// expect: layer<genotype::BN<64
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 64, 3, 1, 1>, BN<64, 1e-5f, 1.5f>>;  // <- here
