// Channels that PixelShuffle cannot share out.
// expect: groups_do_not_divide_the_channels
// expect: At<1>
// expect: layer<genotype::PixelShuffle<2>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 30, 3, 1, 1>, PixelShuffle<2>>;  // <- here
