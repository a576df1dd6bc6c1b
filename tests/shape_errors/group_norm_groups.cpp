// Groups that do not divide the channels.
// expect: groups_do_not_divide_the_channels
// expect: At<1>
// expect: layer<genotype::GroupNorm<3, 64>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 64, 3, 1, 1>, GroupNorm<3, 64>>;  // <- here
