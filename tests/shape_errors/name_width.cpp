// A condition of another width than its reader asks for.
// expect: named_value_has_another_shape
// expect: At<2>
// expect: layer<genotype::Modulate<skip, 7, 4>
// expect: Shape<6>
// expect: Shape<7>
#include <genotype/genotype.hpp>
using namespace genotype;

struct skip : Name {};
struct other : Name {};
using Net = Sequential<Let<skip, Flatten, Linear<64, 6>>, Conv<1, 4, 3, 1, 1>, Modulate<skip, 7, 4>>;  // <- here
int main() {}
