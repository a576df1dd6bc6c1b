// Images that are moved, cut and brightened at random, over thrust.
#pragma once

#include "genotype/kernels/augmentation.hpp"
#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System>
void augment(Thrust<System> device, int batch, const Augmentation& by, const float* draws, bool is_affine,
             const float* x, float* y) {
    const Augmentation of = by;
    detail::each_value(device, batch * of.count(), [=] GENOTYPE_KERNEL(long at) mutable {
        const long sample = at / of.count(), pixel = at % of.count() / of.channels;
        const AugmentedImage image = of.image(draws + sample * Augmentation::draws);
        const long source = of.source(image, static_cast<int>(pixel / of.width), static_cast<int>(pixel % of.width));
        const float add = is_affine ? image.brighter : 0;
        y[at] = source < 0 ? 0 : x[sample * of.count() + source + at % of.channels] + add;
    });
}

/// See the reference's.
template <class System>
void augment_backward(Thrust<System> device, int batch, const Augmentation& by, const float* draws, const float* dy,
                      float* dx) {
    const Augmentation of = by;
    detail::each_value(device, batch * of.count(), [=] GENOTYPE_KERNEL(long at) mutable {
        const long sample = at / of.count(), pixel = at % of.count() / of.channels;
        const AugmentedImage image = of.image(draws + sample * Augmentation::draws);
        const long target = of.target(image, static_cast<int>(pixel / of.width), static_cast<int>(pixel % of.width));
        dx[at] = target < 0 ? 0 : dy[sample * of.count() + target + at % of.channels];
    });
}

}  // namespace genotype::inline v0_1::kernels
