// Waves of a time in plain loops, in double.
#pragma once

#include <cmath>

#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// y (batch, width) from x (batch): pair i of width / 2 is the angle x * scale * exp(step * i); the first half of a
/// sample's values are the cosines, the second half the sines.
template <class = void>
inline void sinusoid(Reference, int batch, int width, double step, double scale, const float* x, float* y) {
    const int half = width / 2;
    for (long sample = 0; sample < batch; ++sample)
        for (int i = 0; i < half; ++i) {
            const double angle = x[sample] * (scale * std::exp(step * i));
            y[sample * width + i] = static_cast<float>(std::cos(angle));
            y[sample * width + half + i] = static_cast<float>(std::sin(angle));
        }
}

/// dx (batch): what a change of each time changes.
template <class = void>
inline void sinusoid_backward(Reference, int batch, int width, double step, double scale, const float* x,
                              const float* dy, float* dx) {
    const int half = width / 2;
    for (long sample = 0; sample < batch; ++sample) {
        const float* const derivatives = dy + sample * width;
        double sum = 0;
        for (int i = 0; i < half; ++i) {
            const double frequency = scale * std::exp(step * i), angle = x[sample] * frequency;
            sum += frequency * (derivatives[half + i] * std::cos(angle) - derivatives[i] * std::sin(angle));
        }
        dx[sample] = static_cast<float>(sum);
    }
}

}  // namespace genotype::inline v0_1::kernels
