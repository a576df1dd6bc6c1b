// An attention over pixels whose heads do not divide the width.
// expect: width_is_no_multiple_of_the_heads
// expect: At<1>
// expect: layer<genotype::MultiheadAttention<64, 7
// expect: width<64>
// expect: got_heads<7>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<1, 64, 3, 1, 1>, MultiheadAttention<64, 7>>;  // <- here
int main() {}
