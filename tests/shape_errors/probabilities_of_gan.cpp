// A discriminator that gives scores, with a loss of probabilities.
// expect: loss_is_of_probabilities_but_the_network_gives_other_numbers
// expect: loss<genotype::BCE>
// expect: hint_end_it_with_Sigmoid_or_take_BCEWithLogits
#include <genotype/genotype.hpp>
using namespace genotype;

using G = Sequential<ConvT<100, 3, 4, 1, 0>, Tanh>;
using D = Sequential<Conv<3, 8, 3>, LeakyReLU<0.2f>, Sequential<Conv<8, 1, 2>>>;
using Net = GAN<G, D>;  // <- here
