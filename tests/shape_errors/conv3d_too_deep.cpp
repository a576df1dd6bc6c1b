// A kernel that covers more frames than there are.
// expect: kernel_is_larger_than_the_padded_input
// expect: At<0>
// expect: kernel_covers<5, 3, 3>
// expect: padded_input<4, 8, 8>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv3d<3, 8, Size3{3, 3, 3}, 1, 0, Dilation<Size3{2, 1, 1}>>, ReLU>;  // a right model
using Out = OutputShape<Net, Shape<3, 4, 8, 8>>;                                             // <- here
