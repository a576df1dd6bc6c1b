// What an adaptive pooling leaves does not fit the matrix behind it.
// expect: features_do_not_match
// expect: At<3>
// expect: got_features<48>, genotype::why::wants_features<72>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 8, 3, 1, 1>, AdaptiveAvgPool<2, 3>, Flatten, Linear<72, 10>>;  // <- here
