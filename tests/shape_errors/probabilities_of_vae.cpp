// A decoder that gives values from -1 to 1, with a loss of probabilities.
// expect: loss_is_of_probabilities_but_the_network_gives_other_numbers
// expect: loss<genotype::BCE>
// expect: hint_end_it_with_Sigmoid_or_take_BCEWithLogits
#include <genotype/genotype.hpp>
using namespace genotype;

using Encoder = Sequential<Linear<784, 40>>;
using Decoder = Sequential<Linear<20, 784>, Tanh>;
using Net = VariationalAutoencoder<Encoder, Decoder, BCE>;  // <- here
