// An image of one pixel: each channel would become 0.
// expect: one_pixel_has_no_deviation
// expect: At<2>
// expect: layer<genotype::InstanceNorm<32
// expect: Shape<32, 1, 1>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 32, 3, 1, 1>, GlobalAvgPool, InstanceNorm<32>>;  // <- here
