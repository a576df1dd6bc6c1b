// Values that only change their place, over thrust: one index for each value that is written.
#pragma once

#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System>
void transpose(Thrust<System> device, long batch, int rows, int columns, const float* x, float* y) {
    detail::each_value(device, batch * rows * columns, [=] GENOTYPE_KERNEL(long i) mutable {
        const long sample = i / rows / columns, column = i / rows % columns, row = i % rows;
        y[i] = x[(sample * rows + row) * columns + column];
    });
}

/// See the reference's.
template <class System>
void reshape(Thrust<System> device, long batch, int pixels, int channels, int new_pixels, int new_channels,
             const float* x, float* y) {
    const long count = static_cast<long>(pixels) * channels;
    detail::each_value(device, batch * count, [=] GENOTYPE_KERNEL(long i) mutable {
        const long new_pixel = i % count / new_channels, new_channel = i % new_channels;
        const long at = new_channel * new_pixels + new_pixel;
        y[i] = x[i / count * count + at % pixels * channels + at / pixels];
    });
}

namespace detail {

/// The values of an enlarged image (batch, height * factor, width * factor, channels) by their place.
struct EnlargedPlace {
    long few;             // the pixel of the small image that it comes from, counted over the batch
    long row, column, c;  // its row and column in the square of that pixel, its channel
};

GENOTYPE_BOTH constexpr EnlargedPlace enlarged_place(long at, int width, int channels, int factor) {
    const long pixel = at / channels, line = pixel / (static_cast<long>(width) * factor);
    const long column = pixel % (static_cast<long>(width) * factor);
    return {line / factor * width + column / factor, line % factor, column % factor, at % channels};
}

/// Where the value (row, column) of a small pixel's square lies in the enlarged image, channel 0.
GENOTYPE_BOTH constexpr long enlarged_index(long few, long row, long column, int width, int channels, int factor) {
    return ((few / width * factor + row) * width * factor + few % width * factor + column) * channels;
}

}  // namespace detail

/// See the reference's.
template <class System>
void upsample_nearest(Thrust<System> device, int batch, int height, int width, int channels, int factor, const float* x,
                      float* y) {
    const long count = static_cast<long>(batch) * height * width * channels * factor * factor;
    detail::each_value(device, count, [=] GENOTYPE_KERNEL(long i) mutable {
        const detail::EnlargedPlace place = detail::enlarged_place(i, width, channels, factor);
        y[i] = x[place.few * channels + place.c];
    });
}

/// See the reference's.
template <class System>
void upsample_nearest_backward(Thrust<System> device, int batch, int height, int width, int channels, int factor,
                               const float* dy, float* dx) {
    detail::each_value(
        device, static_cast<long>(batch) * height * width * channels, [=] GENOTYPE_KERNEL(long i) mutable {
            float sum = 0;
            for (int row = 0; row < factor; ++row)
                for (int column = 0; column < factor; ++column)
                    sum +=
                        dy[detail::enlarged_index(i / channels, row, column, width, channels, factor) + i % channels];
            dx[i] = sum;
        });
}

/// See the reference's.
template <class System>
void pixel_shuffle(Thrust<System> device, int batch, int height, int width, int channels, int factor, const float* x,
                   float* y) {
    const long count = static_cast<long>(batch) * height * width * channels * factor * factor;
    detail::each_value(device, count, [=] GENOTYPE_KERNEL(long i) mutable {
        const detail::EnlargedPlace place = detail::enlarged_place(i, width, channels, factor);
        y[i] = x[((place.few * channels + place.c) * factor + place.row) * factor + place.column];
    });
}

/// See the reference's.
template <class System>
void pixel_shuffle_backward(Thrust<System> device, int batch, int height, int width, int channels, int factor,
                            const float* dy, float* dx) {
    const long count = static_cast<long>(batch) * height * width * channels * factor * factor;
    detail::each_value(device, count, [=] GENOTYPE_KERNEL(long i) mutable {
        const long column = i % factor, row = i / factor % factor, value = i / factor / factor;
        dx[i] = dy[detail::enlarged_index(value / channels, row, column, width, channels, factor) + value % channels];
    });
}

}  // namespace genotype::inline v0_1::kernels
