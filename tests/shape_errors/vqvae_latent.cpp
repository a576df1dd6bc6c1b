// A decoder that takes other channels than the encoder's codes have.
// expect: encoder_must_give_what_the_decoder_takes
// expect: got<genotype::Shape<32, 14, 14>
// expect: got_channels<16>
#include <genotype/vqvae.hpp>
using namespace genotype;

using Encoder = Sequential<Conv<1, 32, 4, 2, 1, Bias>, ReLU>;
using Decoder = Sequential<ConvT<16, 1, 4, 2, 1, Bias>, Sigmoid>;
using Net = VQVAE<Encoder, Decoder, 512, MSE, Shape<1, 28, 28>>;  // <- here
