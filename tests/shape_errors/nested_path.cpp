// A fault deep inside nested models: the path counts layers at each depth.
// expect: channels_do_not_match
// expect: At<2, 1, 1>
// expect: layer<genotype::BN<32>
// expect: got_channels<64>
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 64, 4, 2, 1>, ReLU, Sequential<Tanh, Sequential<ReLU, BN<32>>>>;  // <- here
