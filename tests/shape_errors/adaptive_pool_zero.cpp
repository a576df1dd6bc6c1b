// No windows.
// expect: size_must_be_at_least_1
// expect: At<1>
// expect: layer<genotype::AdaptiveAvgPool<3, 0>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 8, 3, 1, 1>, AdaptiveAvgPool<3, 0>>;  // <- here
