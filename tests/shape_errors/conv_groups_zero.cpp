// No groups.
// expect: size_must_be_at_least_1
// expect: At<0>
// expect: layer<genotype::Conv1d<8, 8, 3, 1, 1, genotype::Groups<0>
// expect: got_number<0>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv1d<8, 8, 3, 1, 1, Groups<0>>>;  // <- here
