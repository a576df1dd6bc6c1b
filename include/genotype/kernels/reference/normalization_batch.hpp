// Batch norm in plain loops, sums in double.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "genotype/kernels/device.hpp"
#include "genotype/kernels/functions.hpp"
#include "genotype/kernels/row_chunks.hpp"
#include "genotype/kernels/running_statistics.hpp"

namespace genotype::inline v0_1::kernels {

/// Mean and sum of squared deviations of each channel in each chunk of rows: moments (chunks, 2, channels), the means
/// relative to the first row of x.
template <class = void>
inline void channel_moments(Reference, long rows, int channels, const float* x, float* moments) {
    const RowChunks chunks{rows};
    for (int chunk = 0; chunk < chunks.count(); ++chunk)
        for (int c = 0; c < channels; ++c) {
            const float* const column = x + chunks.begin(chunk) * channels + c;
            const long length = chunks.length(chunk);
            double mean = 0, squares = 0;
            for (long row = 0; row < length; ++row) mean += static_cast<double>(column[row * channels]) - x[c];
            mean /= static_cast<double>(length);
            for (long row = 0; row < length; ++row) {
                const double deviation = static_cast<double>(column[row * channels]) - x[c] - mean;
                squares += deviation * deviation;
            }
            moments[2L * chunk * channels + c] = static_cast<float>(mean);
            moments[(2L * chunk + 1) * channels + c] = static_cast<float>(squares);
        }
}

/// From `channel_moments` (origin: the first row of x) to each channel's mean and 1 / sqrt(biased variance + epsilon);
/// the running statistics take their step.
template <class = void>
inline void batch_norm_statistics(Reference, long rows, int channels, const float* moments, const float* origin,
                                  float epsilon, RunningStatistics running, float* mean, float* inverse) {
    const RowChunks chunks{rows};
    const double values = static_cast<double>(rows), momentum = running.momentum;
    for (int c = 0; c < channels; ++c) {
        double center = 0, squares = 0;
        for (int chunk = 0; chunk < chunks.count(); ++chunk)
            center += static_cast<double>(chunks.length(chunk)) / values * moments[2L * chunk * channels + c];
        for (int chunk = 0; chunk < chunks.count(); ++chunk) {
            const double apart = moments[2L * chunk * channels + c] - center;
            squares +=
                moments[(2L * chunk + 1) * channels + c] + static_cast<double>(chunks.length(chunk)) * apart * apart;
        }
        center += origin[c];
        mean[c] = static_cast<float>(center);
        inverse[c] = static_cast<float>(1 / std::sqrt(squares / values + epsilon));
        running.mean[c] = static_cast<float>((1 - momentum) * running.mean[c] + momentum * center);
        running.variance[c] =
            static_cast<float>((1 - momentum) * running.variance[c] + momentum * squares / (values - 1));
    }
    std::int32_t batches;
    std::memcpy(&batches, running.batches, sizeof batches);
    ++batches;
    std::memcpy(running.batches, &batches, sizeof batches);
}

/// inverse = 1 / sqrt(variance + epsilon).
template <class = void>
inline void inverse_deviations(Reference, int channels, const float* variance, float epsilon, float* inverse) {
    for (int c = 0; c < channels; ++c) inverse[c] = 1 / std::sqrt(variance[c] + epsilon);
}

/// y = activation((x - mean) * inverse * weight + bias) for each channel.
template <class Activation = NoActivation>
void normalize_channels(Reference, long rows, int channels, const float* x, const float* mean, const float* inverse,
                        const float* weight, const float* bias, float* y, Activation activation = {}) {
    for (long row = 0; row < rows; ++row)
        for (int c = 0; c < channels; ++c) {
            const long at = row * channels + c;
            y[at] = activation.value((x[at] - mean[c]) * inverse[c] * weight[c] + bias[c]);
        }
}

/// Backward of training, through the activation as well: its `derivative` is a function of its input. Scratch is not
/// used. Null: dx, or dweight and dbias together.
template <class Activation = NoActivation>
void batch_norm_backward(Reference, long rows, int channels, const float* x, const float* dy, const float* weight,
                         const float* bias, const float* mean, const float* inverse, float*, float* dx, float* dweight,
                         float* dbias, bool accumulate, Activation activation = {}) {
    for (int c = 0; c < channels; ++c) {
        const auto derivative = [&](long at) {
            return static_cast<double>(dy[at]) *
                   activation.derivative((x[at] - mean[c]) * inverse[c] * weight[c] + bias[c]);
        };
        double derivatives = 0, products = 0;
        for (long row = 0; row < rows; ++row) {
            const long at = row * channels + c;
            derivatives += derivative(at);
            products += derivative(at) * (x[at] - mean[c]) * inverse[c];
        }
        if (dweight) {
            dweight[c] = static_cast<float>((accumulate ? dweight[c] : 0.0f) + products);
            dbias[c] = static_cast<float>((accumulate ? dbias[c] : 0.0f) + derivatives);
        }
        if (!dx) continue;
        const double values = static_cast<double>(rows);
        for (long row = 0; row < rows; ++row) {
            const long at = row * channels + c;
            const double normalised = static_cast<double>(x[at] - mean[c]) * inverse[c];
            dx[at] = static_cast<float>(weight[c] * inverse[c] *
                                        (derivative(at) - derivatives / values - normalised * products / values));
        }
    }
}

}  // namespace genotype::inline v0_1::kernels
