// A network that no trainer has a recipe for.
// expect: no_trainer_has_a_recipe_for_this_network
// expect: hint_there_are_GAN_and_VAE_and_LanguageModel_and_Supervised_or_a_step_of_your_own
#include <genotype/genotype.hpp>
using namespace genotype;

using Net = Sequential<Conv<1, 16, 3, 1, 1>, MaxPool<2>, Flatten, Linear<3136, 10>>;
int main() {
    [[maybe_unused]] Trainer<Net> trainer;  // <- here
}
