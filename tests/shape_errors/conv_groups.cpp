// Groups of a convolution that divide what goes in, and not what comes out.
// expect: groups_do_not_divide_the_channels
// expect: At<1>
// expect: layer<genotype::Conv<64, 48, 3, 1, 1, genotype::With<genotype::Groups<32>, genotype::Bias>
// expect: groups<32>
// expect: got_channels<48>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 64, 3, 1, 1>, Conv<64, 48, 3, 1, 1, With<Groups<32>, Bias>>>;  // <- here
