// A discriminator for larger images than the generator makes.
// expect: kernel_is_larger_than_the_padded_input
// expect: At<0>
// expect: layer<genotype::Conv<3, 1, 8
#include <genotype/genotype.hpp>
using namespace genotype;

using G = Sequential<ConvT<100, 3, 4, 1, 0>, Tanh>;
using D = Sequential<Conv<3, 1, 8, 1, 0>, Sigmoid>;
using Net = GAN<G, D>;  // <- here
