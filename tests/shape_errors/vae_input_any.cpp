// An encoder that takes any shape, and nobody tells which.
// expect: encoder_does_not_tell_the_size_of_its_input
// expect: hint_name_the_input_as_fourth_argument
#include <genotype/genotype.hpp>
using namespace genotype;

using Encoder = Sequential<Flatten, Linear<784, 40>>;
using Decoder = Sequential<Linear<20, 784>, Reshape<1, 28, 28>, Sigmoid>;
using Net = VariationalAutoencoder<Encoder, Decoder>;  // <- here
