// Norms of the gradients of single tokens, which look at one another.
// expect: tokens_of_a_text_are_no_samples_of_their_own
// expect: hint_give_squared_norms_the_sequences_of_the_batch
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Embedding<20, 8>, Repeat<3, Residual<SelfAttention<8, 2>>>, Linear<8, 20>>;
void norms_of(Workspace<Net, Shape<1>, Training, SampleNorms<Cpu>>& run, const Model<Net>& model,
              const Tensor<Shape<1>>& tokens, const Tensor<Shape<20>>& gradient, float* norms) {
    run.squared_norms(model, tokens, gradient, norms);  // <- here
}
