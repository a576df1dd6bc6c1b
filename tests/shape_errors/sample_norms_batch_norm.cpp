// Norms of single samples' gradients through batch statistics, in which all samples are.
// expect: layer_has_no_gradients_of_single_samples_because
// expect: layer<genotype::BN<8>
// expect: its_statistics_couple_the_samples_of_a_batch
// expect: hint_use_GroupNorm_or_LayerNorm
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<3, 8, 3>, Residual<Conv<8, 8, 3, 1, 1>, BN<8>, ReLU>, Flatten, Linear<8 * 36, 10>>;
Workspace<Net, Shape<3, 8, 8>, Training, SampleNorms<Cpu>> run(4);  // <- here
