// A generator of noise whose size nobody told.
// expect: generator_does_not_tell_the_size_of_its_noise
// expect: got<genotype::why::got_channels<8>
// expect: fourth_argument
#include <genotype/genotype.hpp>
using namespace genotype;

using G = Sequential<Conv<8, 3, 5>, Tanh>;
using D = Sequential<Conv<3, 1, 4, 1, 0>, Sigmoid>;
using Net = GAN<G, D>;  // <- here
