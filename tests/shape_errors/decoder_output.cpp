// A decoder that gives another shape than the input's.
// expect: decoder_must_give_the_shape_of_the_input
// expect: got<genotype::Shape<780>
// expect: wants<genotype::Shape<784>
#include <genotype/genotype.hpp>
using namespace genotype;

using Encoder = Sequential<Linear<784, 256>, ReLU, Linear<256, 40>>;
using Decoder = Sequential<Linear<20, 256>, ReLU, Linear<256, 780>, Sigmoid>;
using Net = VariationalAutoencoder<Encoder, Decoder>;  // <- here
