// A height that has no whole squares of pixels.
// expect: factor_does_not_divide_height_and_width
// expect: At<1>
// expect: layer<genotype::PixelUnshuffle<2>
// expect: factor<2>, genotype::why::got_size<7, 8>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Reshape<3, 7, 8>, PixelUnshuffle<2>>;  // <- here
