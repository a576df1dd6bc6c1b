// An enlargement to nothing.
// expect: size_must_be_at_least_1
// expect: At<1>
// expect: layer<genotype::Upsample<0, genotype::Bilinear>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 8, 3, 1, 1>, Upsample<0, Bilinear>>;  // <- here
