// Enlargement by bilinear interpolation over thrust: one index for each value that is written.
#pragma once

#include "genotype/kernels/bilinear.hpp"
#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System>
void upsample_bilinear(Thrust<System> device, int batch, int height, int width, int channels, int factor,
                       const float* x, float* y) {
    const BilinearSide down{height, factor}, across{width, factor};
    const long count = batch * down.enlarged() * across.enlarged() * channels;
    detail::each_value(device, count, [=] GENOTYPE_KERNEL(long i) mutable {
        const long pixel = i / channels, line = pixel / across.enlarged();
        const BilinearMix vertical = down.mix(line % down.enlarged()), level = across.mix(pixel % across.enlarged());
        const float* const sample = x + line / down.enlarged() * height * width * channels + i % channels;
        float sum = 0;
        for (int r = vertical.first; r <= vertical.second; ++r)
            for (int c = level.first; c <= level.second; ++c)
                sum += down.share(line % down.enlarged(), r) * across.share(pixel % across.enlarged(), c) *
                       sample[(static_cast<long>(r) * width + c) * channels];
        y[i] = sum;
    });
}

/// See the reference's.
template <class System>
void upsample_bilinear_backward(Thrust<System> device, int batch, int height, int width, int channels, int factor,
                                const float* dy, float* dx) {
    const BilinearSide down{height, factor}, across{width, factor};
    const long count = static_cast<long>(batch) * height * width * channels;
    detail::each_value(device, count, [=] GENOTYPE_KERNEL(long i) mutable {
        const long pixel = i / channels, line = pixel / width;
        const int row = static_cast<int>(line % height), column = static_cast<int>(pixel % width);
        const float* const sample = dy + line / height * down.enlarged() * across.enlarged() * channels + i % channels;
        const BilinearSide::Span lines = down.readers(row), places = across.readers(column);
        float sum = 0;
        for (long r = lines.begin; r < lines.end; ++r)
            for (long s = places.begin; s < places.end; ++s)
                sum += down.share(r, row) * across.share(s, column) * sample[(r * across.enlarged() + s) * channels];
        dx[i] = sum;
    });
}

}  // namespace genotype::inline v0_1::kernels
