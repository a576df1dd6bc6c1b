// A residual whose projection gives other channels than its branch.
// expect: branch_of_residual_changes_the_shape
// expect: got
// expect: wants
#include <genotype/genotype.hpp>
using namespace genotype;

using Block = Residual<Conv<64, 128, 3, 1, 1>, ReLU, Projection<Conv<64, 96, 1>>>;  // <- here
