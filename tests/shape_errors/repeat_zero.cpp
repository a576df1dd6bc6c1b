// A block repeated no time.
// expect: size_must_be_at_least_1
// expect: got_number<0>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Repeat<0, Linear<8, 8>>;  // <- here
