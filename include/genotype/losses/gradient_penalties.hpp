// How strong the gradient penalties of a GAN's discriminator are, and which losses compare pairs.
#pragma once

namespace genotype::inline v0_1 {

/// Strengths of a discriminator's gradient penalties, each a mean over the batch; 0 is none.
struct GradientPenalties {
    float real = 0;     // gamma of R1: gamma / 2 |dD/dx|^2 at real samples. Mescheder et al., arXiv:1801.04406
    float fake = 0;     // gamma of R2: the same at generated samples, at the same place
    float between = 0;  // lambda of WGAN-GP: lambda (|dD/dx| - 1)^2 between the two. Gulrajani et al., arXiv:1704.00028

    /// Calls visit(name, value, value of files that do not say it) for every option.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [at_real, at_fake, at_between] = *this;
        visit("real", at_real, 0.f);
        visit("fake", at_fake, 0.f);
        visit("between", at_between, 0.f);
    }
    constexpr bool any() const { return real != 0 || fake != 0 || between != 0; }
};

namespace detail {

/// Whether a loss compares a real sample's output with a generated one's, so that neither has a loss alone.
template <class Loss>
concept ComparesPairs = requires {
    requires Loss::compares_pairs;
};

}  // namespace detail
}  // namespace genotype::inline v0_1
