// A residual of a vector whose branch changes its length.
// expect: branch_of_residual_changes_the_shape
// expect: At<1>
// expect: got<genotype::Shape<32>
// expect: wants<genotype::Shape<64>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Linear<784, 64>, Residual<Linear<64, 32>>>;  // <- here
