// A named value of other channels.
// expect: named_value_has_another_shape
// expect: At<3>
// expect: got_channels<4>
// expect: got_channels<3>
#include <genotype/genotype.hpp>
using namespace genotype;

struct skip : Name {};
struct other : Name {};
using Net = Sequential<Conv<1, 4, 3, 1, 1>, Save<skip>, ReLU, Concat<skip, 3>>;  // <- here
int main() {}
