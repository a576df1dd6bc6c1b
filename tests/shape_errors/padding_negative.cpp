// Negative padding.
// expect: padding_is_out_of_range
// expect: At<0>
// expect: layer<genotype::Conv<3, 64, 4, 2, -1>
// expect: got_number<-1>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 64, 4, 2, -1>, ReLU>;  // <- here
