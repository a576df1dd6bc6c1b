// A residual whose branch changes the channels.
// expect: branch_of_residual_changes_the_shape
// expect: At<1>
// expect: wants
// expect: hint_add_a_projection
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 64, 3, 1, 1>, Residual<Conv<64, 128, 3, 1, 1>, ReLU>>;  // <- here
