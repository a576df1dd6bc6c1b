// Norms of the gradients of single tokens, which look at one another.
// expect: layer_has_no_gradients_of_single_samples_because
// expect: layer<genotype::CausalAttention<2, 2, 4
// expect: its_rows_are_tokens_which_attention_joins
// expect: hint_norms_are_of_rows_not_of_texts
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Embedding<20, 8>, Repeat<3, Residual<SelfAttention<8, 2>>>, Linear<8, 20>>;
Workspace<Net, Shape<1>, Training, SampleNorms<Cpu>> run(4);  // <- here
