// A pool larger than the image.
// expect: kernel_is_larger_than_the_padded_input
// expect: At<1>
// expect: layer<genotype::MaxPool<3
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Reshape<8, 2, 2>, MaxPool<3>>;  // <- here
