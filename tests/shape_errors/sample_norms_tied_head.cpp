// Norms of single samples' gradients by a weight that is used twice: they are no sum of the uses' norms.
// expect: layer_has_no_gradients_of_single_samples
// expect: layer<genotype::TiedHead>
// expect: hint_the_head_and_the_embedding_have_one_weight
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = LanguageModel<Embedding<20, 8>, Sequential<Linear<8, 8>, GELU>, TiedHead>;
Workspace<Net, Shape<1>, Training, SampleNorms<Cpu>> run(4);  // <- here
