// An image where a signal, an image of one row, is wanted.
// expect: shapes_do_not_match
// expect: At<0>
// expect: layer<genotype::Conv1d<3, 8, 5>
// expect: got<genotype::Shape<3, 4, 16>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv1d<3, 8, 5>, ReLU>;  // a right model
using Out = OutputShape<Net, Shape<3, 4, 16>>;  // <- here
