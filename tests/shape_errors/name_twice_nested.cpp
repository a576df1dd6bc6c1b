// A name that is bound again in a chain within.
// expect: name_is_bound_already
// expect: At<2, 1>
// expect: layer<genotype::Save<skip>
#include <genotype/genotype.hpp>
using namespace genotype;

struct skip : Name {};
struct other : Name {};
using Inner = Residual<Conv<4, 4, 1>, Save<skip>, ReLU, Concat<skip, 4>, Conv<8, 4, 1>>;
using Net = Sequential<Conv<1, 4, 3, 1, 1>, Save<skip>, Inner, Concat<skip, 4>>;  // <- here
int main() {}
