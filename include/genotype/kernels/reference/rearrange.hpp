// Values that only change their place, in plain loops.
#pragma once

#include "genotype/kernels/device.hpp"

namespace genotype {

/// x (batch, rows, columns) to y (batch, columns, rows).
inline void transpose(Reference, long batch, int rows, int columns, const float* x, float* y) {
    for (long sample = 0; sample < batch; ++sample)
        for (int row = 0; row < rows; ++row)
            for (int column = 0; column < columns; ++column)
                y[(sample * columns + column) * rows + row] = x[(sample * rows + row) * columns + column];
}

/// x (batch, pixels, channels) to y (batch, new_pixels, new_channels), both with as many values, such that the values
/// in the order (channels, pixels) stay as they are: PyTorch's view.
inline void reshape(Reference, long batch, int pixels, int channels, int new_pixels, int new_channels, const float* x,
                    float* y) {
    const long count = static_cast<long>(pixels) * channels;
    for (long sample = 0; sample < batch; ++sample)
        for (long at = 0; at < count; ++at) {
            const long channel = at / pixels, pixel = at % pixels;
            const long new_channel = at / new_pixels, new_pixel = at % new_pixels;
            y[sample * count + new_pixel * new_channels + new_channel] = x[sample * count + pixel * channels + channel];
        }
}

}  // namespace genotype
