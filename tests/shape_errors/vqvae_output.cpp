// A decoder that gives an image of another size.
// expect: decoder_must_give_the_shape_of_the_input
// expect: got<genotype::Shape<1, 14, 14>
// expect: wants<genotype::Shape<1, 28, 28>
#include <genotype/vqvae.hpp>
using namespace genotype;

using Encoder = Sequential<Conv<1, 32, 4, 2, 1, Bias>, ReLU, Conv<32, 16, 4, 2, 1, Bias>>;
using Decoder = Sequential<ConvT<16, 1, 4, 2, 1, Bias>, Sigmoid>;
using Net = VQVAE<Encoder, Decoder, 512, MSE, Shape<1, 28, 28>>;  // <- here
