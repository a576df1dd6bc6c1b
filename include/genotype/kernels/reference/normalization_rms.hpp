// Root-mean-square norm in plain loops, sums in double.
#pragma once

#include <cmath>

#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// y = x * inverse * weight, inverse = 1 / sqrt(mean(x^2) + epsilon) of each sample of `size` values. weight (size);
/// inverses (samples), or null where they are not requested.
template <class = void>
inline void rms_norm(Reference, long samples, long size, const float* x, const float* weight, float epsilon,
                     float* inverses, float* y) {
    for (long sample = 0; sample < samples; ++sample) {
        const float* const from = x + sample * size;
        double squares = 0;
        for (long i = 0; i < size; ++i) squares += static_cast<double>(from[i]) * from[i];
        const double inverse = 1 / std::sqrt(squares / static_cast<double>(size) + static_cast<double>(epsilon));
        if (inverses) inverses[sample] = static_cast<float>(inverse);
        for (long i = 0; i < size; ++i) y[sample * size + i] = static_cast<float>(from[i] * inverse * weight[i]);
    }
}

/// Backward with the inverses of forward. Null: dx, or dweight.
template <class = void>
inline void rms_norm_backward(Reference, long samples, long size, const float* x, const float* dy, const float* weight,
                              const float* inverses, float* dx, float* dweight, bool accumulate) {
    auto normalised = [&](long sample, long i) { return static_cast<double>(x[sample * size + i]) * inverses[sample]; };
    for (long sample = 0; dx && sample < samples; ++sample) {
        auto derivative = [&](long i) { return static_cast<double>(weight[i]) * dy[sample * size + i]; };
        double products = 0;
        for (long i = 0; i < size; ++i) products += derivative(i) * normalised(sample, i) / static_cast<double>(size);
        for (long i = 0; i < size; ++i)
            dx[sample * size + i] =
                static_cast<float>(inverses[sample] * (derivative(i) - normalised(sample, i) * products));
    }
    for (long i = 0; dweight && i < size; ++i) {
        double products = accumulate ? dweight[i] : 0.0f;
        for (long sample = 0; sample < samples; ++sample) products += dy[sample * size + i] * normalised(sample, i);
        dweight[i] = static_cast<float>(products);
    }
}

}  // namespace genotype::inline v0_1::kernels
