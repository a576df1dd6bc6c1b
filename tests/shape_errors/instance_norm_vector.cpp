// Vectors where images are normalised.
// expect: wants_a_picture_but_got_a_vector
// expect: At<1>
// expect: layer<genotype::InstanceNorm<32
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Linear<8, 32>, InstanceNorm<32>>;  // <- here
