// Images that are moved, cut and brightened at random, in plain loops.
#pragma once

#include "genotype/kernels/augmentation.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// y, (batch, height, width, channels) as x: each image as its `Augmentation::draws` numbers of `draws` say. Without
/// `is_affine` nothing is added: the linear map that the derivative of the other is.
template <class = void>
inline void augment(Reference, int batch, const Augmentation& by, const float* draws, bool is_affine, const float* x,
                    float* y) {
    for (long sample = 0; sample < batch; ++sample) {
        const AugmentedImage image = by.image(draws + sample * Augmentation::draws);
        const float add = is_affine ? image.brighter : 0;
        float* to = y + sample * by.count();
        for (int row = 0; row < by.height; ++row)
            for (int column = 0; column < by.width; ++column)
                for (int c = 0; c < by.channels; ++c) {
                    const long source = by.source(image, row, column);
                    *to++ = source < 0 ? 0 : x[sample * by.count() + source + c] + add;
                }
    }
}

/// dx of the same.
template <class = void>
inline void augment_backward(Reference, int batch, const Augmentation& by, const float* draws, const float* dy,
                             float* dx) {
    for (long sample = 0; sample < batch; ++sample) {
        const AugmentedImage image = by.image(draws + sample * Augmentation::draws);
        float* to = dx + sample * by.count();
        for (int row = 0; row < by.height; ++row)
            for (int column = 0; column < by.width; ++column)
                for (int c = 0; c < by.channels; ++c) {
                    const long target = by.target(image, row, column);
                    *to++ = target < 0 ? 0 : dy[sample * by.count() + target + c];
                }
    }
}

}  // namespace genotype::inline v0_1::kernels
