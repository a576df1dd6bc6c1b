// The width of a layer norm.
// expect: layer<genotype::LayerNorm<128>
// expect: At<1>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Linear<784, 256>, LayerNorm<128>>;  // <- here
