// A classifier whose output is an image.
// expect: loss_does_not_fit_the_output
// expect: loss<genotype::CrossEntropy>
// expect: got<genotype::Shape<10, 1, 1>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Supervised<Sequential<Conv<1, 10, 4, 1, 0>>, CrossEntropy, Shape<1, 4, 4>>;  // <- here
