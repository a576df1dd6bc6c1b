// Sums of rows, each with a factor of its own, in plain loops.
#pragma once

#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// y[row] = a[row] x[row] + b[row] y[row]. x and y (rows, width). Without `a`, y[row] = b[row] y[row].
template <class = void>
inline void combine_rows(Reference, long rows, long width, const float* a, const float* x, const float* b, float* y) {
    for (long i = 0; i < rows * width; ++i) y[i] = b[i / width] * y[i] + (a ? a[i / width] * x[i] : 0.f);
}

/// y += factors[sample] bias. y (batch, pixels, channels), bias (channels).
template <class = void>
inline void add_scaled_bias(Reference, int batch, long pixels, int channels, const float* factors, const float* bias,
                            float* y) {
    for (long i = 0; i < batch * pixels * channels; ++i) y[i] += factors[i / (pixels * channels)] * bias[i % channels];
}

/// sums[channel] = the sum of factors[sample] x over samples and pixels, added to what is there with `accumulate`.
/// x (batch, pixels, channels).
template <class = void>
inline void scaled_column_sums(Reference, int batch, long pixels, int channels, const float* factors, const float* x,
                               float* sums, bool accumulate) {
    for (int channel = 0; channel < channels; ++channel) {
        double total = accumulate ? static_cast<double>(sums[channel]) : 0;
        for (long i = channel; i < batch * pixels * channels; i += channels)
            total += static_cast<double>(factors[i / (pixels * channels)]) * static_cast<double>(x[i]);
        sums[channel] = static_cast<float>(total);
    }
}

/// squares[row] = |x[row]|^2. x (rows, width).
template <class = void>
inline void row_squares(Reference, long rows, long width, const float* x, float* squares) {
    for (long row = 0; row < rows; ++row) {
        double total = 0;
        for (long i = row * width; i < (row + 1) * width; ++i)
            total += static_cast<double>(x[i]) * static_cast<double>(x[i]);
        squares[row] = static_cast<float>(total);
    }
}

}  // namespace genotype::inline v0_1::kernels
