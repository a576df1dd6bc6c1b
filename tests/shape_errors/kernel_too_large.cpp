// A kernel larger than the padded image; the image's size is known from Reshape.
// expect: kernel_is_larger_than_the_padded_input
// expect: At<1>
// expect: layer<genotype::Conv<8, 16, 5>
// expect: kernel<5>
// expect: padded_input<4, 4>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Reshape<8, 4, 4>, Conv<8, 16, 5>>;  // <- here
