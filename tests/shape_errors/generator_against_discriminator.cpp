// A generator that makes grey images for a discriminator of coloured ones.
// expect: generator_does_not_fit_the_discriminator
// expect: got<genotype::Shape<1, 4, 4>
// expect: wants
#include <genotype/genotype.hpp>
using namespace genotype;

using G = Sequential<ConvT<100, 1, 4, 1, 0>, Tanh>;
using D = Sequential<Conv<3, 1, 4, 1, 0>, Sigmoid>;
using Net = GAN<G, D>;  // <- here
