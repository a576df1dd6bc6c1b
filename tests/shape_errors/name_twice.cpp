// A name that is bound twice.
// expect: name_is_bound_already
// expect: At<2>
// expect: layer<genotype::Save<skip>
#include <genotype/genotype.hpp>
using namespace genotype;

struct skip : Name {};
struct other : Name {};
using Net = Sequential<Conv<1, 4, 3, 1, 1>, Save<skip>, Save<skip>, Concat<skip, 4>>;  // <- here
int main() {}
