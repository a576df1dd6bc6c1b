// A discriminator that gives more than one value.
// expect: discriminator_must_give_one_value
// expect: got<genotype::Shape<1, 5, 5>
// expect: wants<genotype::Shape<1>
#include <genotype/genotype.hpp>
using namespace genotype;

using G = Sequential<ConvT<100, 3, 8, 1, 0>, Tanh>;
using D = Sequential<Conv<3, 1, 4, 1, 0>, Sigmoid>;
using Net = GAN<G, D>;  // <- here
