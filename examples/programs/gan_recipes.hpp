// The recipes of examples/programs/dcgan.cpp beside the plain one. All have the plain one's generator; where they are
// conditional, a label's embedding stands beside the noise, and the discriminator looks at the label by projection.
#pragma once

#include <genotype/tangents.hpp>

#include "dcgan_training.hpp"

namespace example {

struct condition : Name {};

/// Mirza and Osindero, "Conditional generative adversarial nets", 2014, arXiv:1411.1784.
using LabelledGenerator =
    Sequential<Let<condition, Of<label>, Embedding<gan_classes, 28>, Reshape<28, 1, 1>>, Concat<condition, 28>,
               ConvT<128, 256, 4, 1, 0>, BN<256>, ReLU, ConvT<256, 128, 4, 2, 1>, BN<128>, ReLU,
               ConvT<128, 64, 4, 2, 1>, BN<64>, ReLU, ConvT<64, 3, 4, 2, 1>, Tanh>;

/// From 4 x 4 pixels to what is said of image and label.
template <template <class> class Normed>
using LabelledEnd =
    Sequential<Normed<Conv<256, 128, 4, 1, 0, Bias>>, LeakyReLU<0.2f>, Flatten, Project<label, gan_classes, 128>>;
template <class L>
using AsItIs = L;

using LabelledPlainDiscriminator =
    Sequential<Conv<3, 64, 4, 2, 1>, LeakyReLU<0.2f>, Conv<64, 128, 4, 2, 1>, BN<128>, LeakyReLU<0.2f>,
               Conv<128, 256, 4, 2, 1>, BN<256>, LeakyReLU<0.2f>, LabelledEnd<AsItIs>, Sigmoid>;

/// Without a norm, which a gradient penalty asks for.
template <class... End>
using PenalizedDiscriminator = Sequential<Conv<3, 64, 4, 2, 1, Bias>, LeakyReLU<0.2f>, Conv<64, 128, 4, 2, 1, Bias>,
                                          LeakyReLU<0.2f>, Conv<128, 256, 4, 2, 1, Bias>, LeakyReLU<0.2f>, End...>;
template <class... End>
using SpectralDiscriminator =
    Sequential<SpectralNorm<Conv<3, 64, 4, 2, 1, Bias>>, LeakyReLU<0.2f>, SpectralNorm<Conv<64, 128, 4, 2, 1, Bias>>,
               LeakyReLU<0.2f>, SpectralNorm<Conv<128, 256, 4, 2, 1, Bias>>, LeakyReLU<0.2f>, End...>;

/// A discriminator that looks at images moved, cut and brightened at random: Zhao, Liu, Lin, Zhu, Han, "Differentiable
/// augmentation for data-efficient GAN training" (NeurIPS 2020).
template <class D>
using OfAugmented = Sequential<DiffAugment<>, D>;

/// What all of them share: images in a frame, Adam.
struct FramedRecipe {
    static constexpr bool is_framed = true;
    static constexpr int columns = 10;  // of a grid: of a conditional one a class each

    static Adam adam(const DcganSettings& settings, float beta2) {
        return {.learning_rate = settings.flags.learning_rate, .beta1 = settings.beta1, .beta2 = beta2};
    }
};

/// The plain one's losses, for labels.
struct LabelledDcgan : FramedRecipe {
    using Net = GAN<LabelledGenerator, LabelledPlainDiscriminator>;
    static constexpr bool has_penalty = false;
    static constexpr float undecided = PlainRecipe::undecided;

    template <class Options>
    static Options options(const DcganSettings& settings, long) {
        return {.generator = adam(settings, 0.999f), .discriminator = adam(settings, 0.999f)};
    }
};

/// Miyato, Kataoka, Koyama, Yoshida, "Spectral normalization for generative adversarial networks" (ICLR 2018), with one
/// step of the discriminator; Miyato and Koyama, "cGANs with projection discriminator" (ICLR 2018).
template <class G, class D>
struct HingeRecipe : FramedRecipe {
    using Net = GAN<G, D, Hinge>;
    static constexpr bool has_penalty = false;
    static constexpr float undecided = 2;

    template <class Options>
    static Options options(const DcganSettings& settings, long) {
        return {.generator = adam(settings, 0.9f), .discriminator = adam(settings, 0.9f)};
    }
};

/// Huang, Gokaslan, Kuleshov, Tompkin, "The GAN is dead; long live the GAN! A modern GAN baseline" (NeurIPS 2024): its
/// loss and penalties, on the plain one's networks without the discriminator's norms.
template <class G, class D>
struct R3ganRecipe : FramedRecipe {
    using Net = GAN<G, D, WithPenalty<Relativistic>>;
    static constexpr bool has_penalty = true;
    static constexpr float undecided = 0.693f;  // ln 2

    template <class Options>
    static Options options(const DcganSettings& settings, long steps) {
        return {.generator = adam(settings, 0.99f),
                .discriminator = adam(settings, 0.99f),
                .schedule = Schedule::cosine(steps, 0, 0.25f),
                .penalty = {.real = settings.gamma, .fake = settings.gamma}};
    }
};

/// Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville, "Improved training of Wasserstein GANs" (NeurIPS 2017).
template <class G, class D>
struct WganGpRecipe : FramedRecipe {
    using Net = GAN<G, D, WithPenalty<Wasserstein>>;
    static constexpr bool has_penalty = true;
    static constexpr float undecided = 0;  // its loss is a distance, and says so by itself

    template <class Options>
    static Options options(const DcganSettings& settings, long) {
        return {.generator = adam(settings, 0.9f),
                .discriminator = adam(settings, 0.9f),
                .penalty = {.between = 10},
                .discriminator_steps = 5};
    }
};

}  // namespace example
