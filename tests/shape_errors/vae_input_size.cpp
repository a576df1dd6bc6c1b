// A convolutional encoder does not tell how large its images are, and nobody else does.
// expect: encoder_does_not_tell_the_size_of_its_input
// expect: got<genotype::why::got_channels<1>
// expect: hint_name_the_input_as_fourth_argument
#include <genotype/genotype.hpp>
using namespace genotype;

using Encoder = Sequential<Conv<1, 16, 4, 2, 1>, ReLU, Conv<16, 64, 4, 2, 1>, ReLU, Flatten, Linear<3136, 40>>;
using Decoder = Sequential<Linear<20, 3136>, ReLU, Reshape<64, 7, 7>, ConvT<64, 16, 4, 2, 1>, ReLU,
                           ConvT<16, 1, 4, 2, 1>, Sigmoid>;
using Net = VariationalAutoencoder<Encoder, Decoder, BCE>;  // <- here
