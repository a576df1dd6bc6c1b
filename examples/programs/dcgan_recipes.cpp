// The trainings of examples/programs/dcgan.cpp beside the plain one.
#include "gan_recipes.hpp"

namespace example {

int train_by_recipe(const DcganSettings& settings) {
    const auto train = [&]<class Plain, class Labelled>(std::type_identity<Plain>, std::type_identity<Labelled>) {
        return settings.has_labels ? train_gan<Labelled, Cpu>(settings) : train_gan<Plain, Cpu>(settings);
    };
    if (settings.recipe == "hinge")
        return train(std::type_identity<HingeRecipe<Generator, SpectralNorm<Conv<256, 1, 4, 1, 0, Bias>>>>{},
                     std::type_identity<HingeRecipe<LabelledGenerator, LabelledEnd<SpectralNorm>>>{});
    if (settings.recipe == "r3gan")
        return train(std::type_identity<R3ganRecipe<Generator, Conv<256, 1, 4, 1, 0, Bias>>>{},
                     std::type_identity<R3ganRecipe<LabelledGenerator, LabelledEnd<AsItIs>>>{});
    if (settings.recipe == "wgan-gp")
        return train(std::type_identity<WganGpRecipe<Generator, Conv<256, 1, 4, 1, 0, Bias>>>{},
                     std::type_identity<WganGpRecipe<LabelledGenerator, LabelledEnd<AsItIs>>>{});
    return train_gan<LabelledDcgan, Cpu>(settings);
}

}  // namespace example
