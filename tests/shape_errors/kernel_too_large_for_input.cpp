// A kernel larger than the image that the model is asked about.
// expect: kernel_is_larger_than_the_padded_input
// expect: At<2>
// expect: layer<genotype::Conv<64, 128, 4, 2>
// expect: kernel<4>
// expect: padded_input<2, 2>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 64, 4, 2, 1>, ReLU, Conv<64, 128, 4, 2>>;  // a right model, for larger images
using Out = OutputShape<Net, Shape<3, 4, 4>>;  // <- here
