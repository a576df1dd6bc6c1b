// A convolutional VQ-VAE without the size of its images.
// expect: encoder_does_not_tell_the_size_of_its_input
// expect: hint_name_the_input_as_last_argument_of_VQVAE
#include <genotype/vqvae.hpp>
using namespace genotype;

using Encoder = Sequential<Conv<1, 32, 4, 2, 1, Bias>, ReLU>;
using Decoder = Sequential<ConvT<32, 1, 4, 2, 1, Bias>, Sigmoid>;
using Net = VQVAE<Encoder, Decoder, 512>;  // <- here
