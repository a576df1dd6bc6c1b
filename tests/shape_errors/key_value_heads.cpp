// Key-value heads that do not divide the heads.
// expect: key_value_heads_do_not_divide_the_heads
// expect: At<2>
// expect: layer<genotype::CausalAttention<9, 4, 64>
// expect: key_value_heads<4>
// expect: got_heads<9>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = SelfAttention<576, 9, 4, Rope<100'000>, NoBias>;  // <- here
