// Gradients of one model handed to another model's optimiser.
// expect: gradients_are_of_another_model
// expect: got<genotype::Gradients<
#include <genotype/genotype.hpp>
using namespace genotype;

using A = Sequential<Linear<8, 8>, ReLU>;
using B = Sequential<Linear<8, 8>, Tanh>;
void update(Optimized<A>& optimizer, Model<A>& model, Gradients<B>& gradients) {
    optimizer.step(model, gradients);  // <- here
}
