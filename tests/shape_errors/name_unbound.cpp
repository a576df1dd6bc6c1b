// A name that nobody binds.
// expect: no_layer_binds_the_name
// expect: name<skip>
#include <genotype/genotype.hpp>
using namespace genotype;

struct skip : Name {};
struct other : Name {};
using Net = Sequential<Conv<1, 4, 3, 1, 1>, Concat<skip, 4>>;
int main() {
    Workspace<Net, Shape<1, 8, 8>> memory(4);  // <- here
}
