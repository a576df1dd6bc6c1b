// An option that a group norm does not have.
// expect: layer_has_no_such_option<
// expect: layer<genotype::GroupNorm<8, 64>
#include <genotype/genotype.hpp>
using namespace genotype;

using Norm = GroupNormWith<With<Epsilon<1e-3f>, NoBias>, 8, 64>;  // <- here
