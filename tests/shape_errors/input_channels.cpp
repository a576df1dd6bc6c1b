// A model asked about an image with other channels.
// expect: channels_do_not_match
// expect: At<0>
// expect: layer<genotype::Conv<3, 64, 4, 2, 1>
// expect: got_channels<1>
// expect: wants_channels<3>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 64, 4, 2, 1>, ReLU>;
using Out = OutputShape<Net, Shape<1, 32, 32>>;  // <- here
