// Images that are moved, cut and brightened at random: samples are shared out to threads.
#pragma once

#include "genotype/kernels/augmentation.hpp"
#include "genotype/kernels/cpu/simd/chunks.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// y of each pixel: x at `place_of(image, row, column)` plus `add_of(image)`, 0 where that is below 0.
template <class Place, class Add>
void move_pixels(int batch, const Augmentation& by, const float* draws, const float* x, float* y, Place place_of,
                 Add add_of) {
#pragma omp parallel for schedule(static) if (batch * by.count() >= detail::parallel_values)
    for (int sample = 0; sample < batch; ++sample) {
        const AugmentedImage image = by.image(draws + static_cast<long>(sample) * Augmentation::draws);
        const float add = add_of(image);
        const float* const from = x + sample * by.count();
        float* to = y + sample * by.count();
        for (int row = 0; row < by.height; ++row)
            for (int column = 0; column < by.width; ++column, to += by.channels) {
                const long place = place_of(image, row, column);
                for (int c = 0; c < by.channels; ++c) to[c] = place < 0 ? 0.f : from[place + c] + add;
            }
    }
}

}  // namespace detail

/// See the reference's.
template <class = void>
inline void augment(Cpu, int batch, const Augmentation& by, const float* draws, bool is_affine, const float* x,
                    float* y) {
    detail::move_pixels(
        batch, by, draws, x, y,
        [&](const AugmentedImage& image, int row, int column) { return by.source(image, row, column); },
        [&](const AugmentedImage& image) { return is_affine ? image.brighter : 0.f; });
}

/// See the reference's.
template <class = void>
inline void augment_backward(Cpu, int batch, const Augmentation& by, const float* draws, const float* dy, float* dx) {
    detail::move_pixels(
        batch, by, draws, dy, dx,
        [&](const AugmentedImage& image, int row, int column) { return by.target(image, row, column); },
        [](const AugmentedImage&) { return 0.f; });
}

}  // namespace genotype::inline v0_1::kernels
