// The trainings of examples/programs/dcgan.cpp beside the plain one.
#include "gan_recipes.hpp"

namespace example {

int train_by_recipe(const DcganSettings& settings) {
    if (settings.size == "64") return train_gan<LargeRecipe, Cpu>(settings);
    const auto train = [&]<class Plain, class Labelled>(std::type_identity<Plain>, std::type_identity<Labelled>) {
        return settings.has_labels ? train_gan<Labelled, Cpu>(settings) : train_gan<Plain, Cpu>(settings);
    };
    using Hinged = SpectralDiscriminator<SpectralNorm<Conv<256, 1, 4, 1, 0, Bias>>>;
    using Penalized = PenalizedDiscriminator<Conv<256, 1, 4, 1, 0, Bias>>;
    using LabelledPenalized = PenalizedDiscriminator<LabelledEnd<AsItIs>>;
    if (settings.has_diff_augment)
        return settings.recipe == "hinge" ? train_gan<HingeRecipe<Generator, OfAugmented<Hinged>>, Cpu>(settings)
                                          : train_gan<R3ganRecipe<Generator, OfAugmented<Penalized>>, Cpu>(settings);
    if (settings.recipe == "hinge")
        return train(
            std::type_identity<HingeRecipe<Generator, Hinged>>{},
            std::type_identity<HingeRecipe<LabelledGenerator, SpectralDiscriminator<LabelledEnd<SpectralNorm>>>>{});
    if (settings.recipe == "r3gan")
        return train(std::type_identity<R3ganRecipe<Generator, Penalized>>{},
                     std::type_identity<R3ganRecipe<LabelledGenerator, LabelledPenalized>>{});
    if (settings.recipe == "wgan-gp")
        return train(std::type_identity<WganGpRecipe<Generator, Penalized>>{},
                     std::type_identity<WganGpRecipe<LabelledGenerator, LabelledPenalized>>{});
    return train_gan<LabelledDcgan, Cpu>(settings);
}

}  // namespace example
