// A video where images are convolved.
// expect: wants_a_picture_but_got_a_video
// expect: At<1>
// expect: layer<genotype::Conv<8, 8, 3
// expect: got_channels<8>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv3d<3, 8, 3>, Conv<8, 8, 3>>;  // <- here
