// An attention over pixels of another width than the channels before it.
// expect: channels_do_not_match
// expect: At<1>
// expect: layer<genotype::MultiheadAttention<32, 4
// expect: got_channels<64>
// expect: wants_channels<32>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<1, 64, 3, 1, 1>, MultiheadAttention<32, 4>>;  // <- here
int main() {}
