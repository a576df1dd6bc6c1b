// An evaluation of a GAN, whose step is a game of two networks.
// expect: evaluate_is_of_recipes_of_one_network<
// expect: hint_run_model_0_or_average_0_in_a_Workspace
#include <genotype/genotype.hpp>
using namespace genotype;

using Net =
    GAN<Sequential<Linear<3, 8>, ReLU, Linear<8, 2>>, Sequential<Linear<2, 8>, ReLU, Linear<8, 1>>, BCEWithLogits>;
float error_of(Trainer<Net>& trainer, const Tensor<Shape<2>>& x) {
    return trainer.evaluate(x).generator;  // <- here
}
