// An encoder that does not give twice the latent.
// expect: encoder_must_give_twice_the_latent
// expect: got<genotype::Shape<20>
// expect: wants<genotype::Shape<40>
#include <genotype/genotype.hpp>
using namespace genotype;

using Encoder = Sequential<Linear<784, 256>, ReLU, Linear<256, 20>>;
using Decoder = Sequential<Linear<20, 256>, ReLU, Linear<256, 784>, Sigmoid>;
using Net = VariationalAutoencoder<Encoder, Decoder>;  // <- here
