// Values that only change their place, on the processor.
#pragma once

#include <algorithm>

#include "genotype/kernels/device.hpp"

namespace genotype {

/// x (batch, rows, columns) to y (batch, columns, rows).
inline void transpose(Cpu, long batch, int rows, int columns, const float* x, float* y) {
    const long count = static_cast<long>(rows) * columns;
    const bool parallel = batch * count > 32768;
#pragma omp parallel for schedule(static) if (parallel)
    for (long sample = 0; sample < batch; ++sample) {
        const float* const from = x + sample * count;
        float* const to = y + sample * count;
        if (rows == 1 || columns == 1) {
            std::copy_n(from, count, to);
            continue;
        }
        constexpr int tile = 16;  // a tile's lines of both matrices stay in the nearest cache
        for (int row = 0; row < rows; row += tile)
            for (int column = 0; column < columns; column += tile)
                for (int c = column; c < std::min(column + tile, columns); ++c)
                    for (int r = row; r < std::min(row + tile, rows); ++r)
                        to[static_cast<long>(c) * rows + r] = from[static_cast<long>(r) * columns + c];
    }
}

/// x (batch, pixels, channels) to y (batch, new_pixels, new_channels), both with as many values, such that the values
/// in the order (channels, pixels) stay as they are: PyTorch's view.
inline void reshape(Cpu device, long batch, int pixels, int channels, int new_pixels, int new_channels, const float* x,
                    float* y) {
    if (new_channels == channels) return transpose(device, batch, 1, pixels * channels, x, y);
    if (new_pixels == 1) return transpose(device, batch, pixels, channels, x, y);
    if (pixels == 1) return transpose(device, batch, new_channels, new_pixels, x, y);
    const long count = static_cast<long>(pixels) * channels;
    const bool parallel = batch * count > 8192;
#pragma omp parallel for schedule(static) if (parallel)
    for (long sample = 0; sample < batch; ++sample) {
        const float* const from = x + sample * count;
        float* to = y + sample * count;
        for (int pixel = 0; pixel < new_pixels; ++pixel)
            for (int channel = 0; channel < new_channels; ++channel) {
                const long at = static_cast<long>(channel) * new_pixels + pixel;
                *to++ = from[at % pixels * channels + at / pixels];
            }
    }
}

}  // namespace genotype
