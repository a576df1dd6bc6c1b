// A loss of probabilities, and a network that gives other numbers.
// expect: loss_is_of_probabilities_but_the_network_gives_other_numbers
// expect: network<genotype::
// expect: hint_end_it_with_Sigmoid_or_take_BCEWithLogits
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Supervised<Sequential<Linear<4, 8>, ReLU, Linear<8, 2>, Tanh>, BCE>;  // <- here
