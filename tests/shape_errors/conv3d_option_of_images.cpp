// A dilation of two sides where there are three.
// expect: layer_has_no_such_option
// expect: At<0>
// expect: layer<genotype::Conv3d<3, 8, 3
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv3d<3, 8, 3, 1, 0, Dilation<Size2{2, 1}>>>;  // <- here
