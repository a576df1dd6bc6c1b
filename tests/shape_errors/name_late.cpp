// A name that is bound behind its reader.
// expect: name_is_bound_behind_a_layer_that_reads_it
// expect: At<2>
// expect: layer<genotype::Save<skip>
#include <genotype/genotype.hpp>
using namespace genotype;

struct skip : Name {};
struct other : Name {};
using Net = Sequential<Conv<1, 4, 3, 1, 1>, Concat<skip, 4>, Save<skip>, Concat<skip, 8>>;  // <- here
int main() {}
