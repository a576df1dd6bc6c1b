// Layer norm in plain loops, sums in double.
#pragma once

#include <cmath>

#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// Normalises each sample of `size` values. weight, bias (size), which may be null; statistics (samples, 2): mean and
/// inverse deviation.
template <class = void>
inline void layer_norm(Reference, long samples, long size, const float* x, const float* weight, const float* bias,
                       float epsilon, float* statistics, float* y) {
    for (long sample = 0; sample < samples; ++sample) {
        const float* const from = x + sample * size;
        double mean = 0, squares = 0;
        for (long i = 0; i < size; ++i) mean += from[i] / static_cast<double>(size);
        for (long i = 0; i < size; ++i) squares += (from[i] - mean) * (from[i] - mean);
        const double inverse = 1 / std::sqrt(squares / static_cast<double>(size) + epsilon);
        for (long i = 0; i < size; ++i)
            y[sample * size + i] = static_cast<float>((from[i] - mean) * inverse * weight[i] + (bias ? bias[i] : 0.0f));
        statistics[2 * sample] = static_cast<float>(mean);
        statistics[2 * sample + 1] = static_cast<float>(inverse);
    }
}

/// Backward with the statistics of forward. Null: dx, dbias, or it and dweight.
template <class = void>
inline void layer_norm_backward(Reference, long samples, long size, const float* x, const float* dy,
                                const float* weight, const float* statistics, float* dx, float* dweight, float* dbias,
                                bool accumulate) {
    auto normalised = [&](long sample, long i) {
        return (static_cast<double>(x[sample * size + i]) - statistics[2 * sample]) * statistics[2 * sample + 1];
    };
    for (long sample = 0; dx && sample < samples; ++sample) {
        double derivatives = 0, products = 0;
        for (long i = 0; i < size; ++i) {
            const double derivative = static_cast<double>(weight[i]) * dy[sample * size + i];
            derivatives += derivative / static_cast<double>(size);
            products += derivative * normalised(sample, i) / static_cast<double>(size);
        }
        for (long i = 0; i < size; ++i) {
            const double derivative = static_cast<double>(weight[i]) * dy[sample * size + i];
            dx[sample * size + i] = static_cast<float>(statistics[2 * sample + 1] *
                                                       (derivative - derivatives - normalised(sample, i) * products));
        }
    }
    for (long i = 0; dweight && i < size; ++i) {
        double derivatives = accumulate && dbias ? dbias[i] : 0.0f, products = accumulate ? dweight[i] : 0.0f;
        for (long sample = 0; sample < samples; ++sample) {
            derivatives += dy[sample * size + i];
            products += dy[sample * size + i] * normalised(sample, i);
        }
        if (dbias) dbias[i] = static_cast<float>(derivatives);
        dweight[i] = static_cast<float>(products);
    }
}

}  // namespace genotype::inline v0_1::kernels
