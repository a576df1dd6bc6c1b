// A named value of another height and width.
// expect: named_value_has_another_shape
// expect: At<3>
// expect: Shape<4, 8, 8>
// expect: Shape<4, 4, 4>
#include <genotype/genotype.hpp>
using namespace genotype;

struct skip : Name {};
struct other : Name {};
using Net = Sequential<Conv<1, 4, 3, 1, 1>, Save<skip>, MaxPool<2>, Concat<skip, 4>>;
int main() {
    Workspace<Net, Shape<1, 8, 8>> memory(4);  // <- here
}
