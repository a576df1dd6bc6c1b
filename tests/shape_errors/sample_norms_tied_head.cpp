// Norms of single samples' gradients by a weight that is used twice: they are no sum of the uses' norms.
// expect: layer_has_no_gradients_of_single_samples_because
// expect: layer<genotype::TiedHead>
// expect: its_weight_is_the_embeddings_too
// expect: hint_give_the_model_a_head_of_its_own
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = LanguageModel<Embedding<20, 8>, Sequential<Linear<8, 8>, GELU>, TiedHead>;
Workspace<Net, Shape<1>, Training, SampleNorms<Cpu>> run(4);  // <- here
