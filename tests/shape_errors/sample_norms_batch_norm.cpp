// Norms of single samples' gradients through batch statistics, in which all samples are.
// expect: layer_has_no_gradients_of_single_samples
// expect: layer<genotype::BN<8>
// expect: hint_batch_statistics_join_the_samples_take_GroupNorm
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 8, 3>, Residual<Conv<8, 8, 3, 1, 1>, BN<8>, ReLU>, Flatten, Linear<8 * 36, 10>>;
Workspace<Net, Shape<3, 8, 8>, Training, SampleNorms<Cpu>> run(4);  // <- here
