// A name that is bound in a Repeat and read outside.
// expect: name_is_bound_but_no_layer_behind_in_its_chain_reads_it
// expect: At<1>
// expect: hint_a_name_ends_with_the_chain_that_binds_it
#include <genotype/genotype.hpp>
using namespace genotype;

struct skip : Name {};
struct other : Name {};
using Net = Sequential<Conv<1, 4, 3, 1, 1>, Repeat<2, Conv<4, 4, 1>, Save<skip>>, Concat<skip, 4>>;  // <- here
int main() {}
