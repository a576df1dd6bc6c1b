// An image of 4x4, mirrored over 4 pixels: there are 3 beside its outermost one.
// expect: padding_is_larger_than_its_mode_can_make_of_the_input
// expect: At<1>
// expect: layer<genotype::Conv<8, 8, 3, 1, 4, genotype::ReflectPadding>
// expect: got_number<4>
// expect: at_most<3>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 8, 4, 2, 1>, Conv<8, 8, 3, 1, 4, ReflectPadding>>;  // a right model, for larger images
using Out = OutputShape<Net, Shape<3, 8, 8>>;                                      // <- here
