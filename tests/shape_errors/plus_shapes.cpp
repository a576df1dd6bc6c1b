// Two chains whose outputs cannot be added.
// expect: branches_of_plus_have_different_shapes
// expect: Shape<4>
// expect: Shape<5>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Plus<Chain<Linear<3, 5>>, Chain<Linear<3, 4>>>;  // <- here
int main() {}
