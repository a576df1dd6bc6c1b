// The sentence that the compiler prints about what no trainer knows.
#pragma once

#include "genotype/network/check.hpp"

namespace genotype::why {

struct hint_there_are_GAN_and_VAE_and_LanguageModel_and_Supervised_or_a_step_of_your_own;
template <class Network, class Hint>
struct no_trainer_has_a_recipe_for_this_network {};

}  // namespace genotype::why
