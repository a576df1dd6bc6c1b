// A name that nobody reads.
// expect: name_is_bound_but_no_layer_behind_in_its_chain_reads_it
// expect: At<1>
// expect: hint_a_name_ends_with_the_chain_that_binds_it
#include <genotype/genotype.hpp>
using namespace genotype;

struct skip : Name {};
struct other : Name {};
using Net = Sequential<Conv<1, 4, 3, 1, 1>, Save<skip>, ReLU>;  // <- here
int main() {}
