// A dilated kernel that covers more columns than the padded image has.
// expect: kernel_is_larger_than_the_padded_input
// expect: At<0>
// expect: kernel_covers<1, 9>
// expect: padded_input<6, 8>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 8, Size2{1, 5}, 1, Size2{0, 1}, Dilation<2>>>;  // a right model, for larger images
using Out = OutputShape<Net, Shape<3, 6, 6>>;                                  // <- here
