// Waves of a time on the processor: samples are shared out to threads. In double, since an angle has many turns: in
// float32 a time of 1000 would leave four digits of the last of them.
#pragma once

#include <cmath>

#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// y (batch, width) from x (batch): pair i of width / 2 is the angle x * scale * exp(step * i); the first half of a
/// sample's values are the cosines, the second half the sines.
template <class = void>
inline void sinusoid(Cpu, int batch, int width, double step, double scale, const float* x, float* y) {
    const int half = width / 2;
    const bool parallel = static_cast<long>(batch) * width > 1024;
#pragma omp parallel for schedule(static) if (parallel)
    for (long sample = 0; sample < batch; ++sample) {
        float* const to = y + sample * width;
        for (int i = 0; i < half; ++i) {
            const double angle = x[sample] * (scale * std::exp(step * i));
            to[i] = static_cast<float>(std::cos(angle));
            to[half + i] = static_cast<float>(std::sin(angle));
        }
    }
}

/// dx (batch): what a change of each time changes.
template <class = void>
inline void sinusoid_backward(Cpu, int batch, int width, double step, double scale, const float* x, const float* dy,
                              float* dx) {
    const int half = width / 2;
    const bool parallel = static_cast<long>(batch) * width > 1024;
#pragma omp parallel for schedule(static) if (parallel)
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
