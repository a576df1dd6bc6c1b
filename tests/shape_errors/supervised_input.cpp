// A network of images of any size, whose size nobody names.
// expect: network_does_not_tell_the_size_of_its_input
// expect: got<genotype::
// expect: hint_name_the_input_as_last_argument
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Supervised<Sequential<Conv<1, 4, 3, 1, 1>, ReLU, Conv<4, 1, 3, 1, 1>>, MSE>;  // <- here
