// A reshape to another number of values.
// expect: reshape_changes_the_number_of_values
// expect: At<1>
// expect: layer<genotype::Reshape<64, 4, 4>
// expect: got_values<1000>
// expect: wants_values<1024>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Linear<20, 1000>, Reshape<64, 4, 4>>;  // <- here
