// Heads that do not divide the width.
// expect: heads_do_not_divide_the_width
// expect: got_heads<7>
// expect: width<64>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Residual<LayerNorm<64>, SelfAttention<64, 7>>;  // <- here
