// Batch norm over thrust.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "genotype/kernels/functions.hpp"
#include "genotype/kernels/portable/columns.hpp"
#include "genotype/kernels/portable/moments.hpp"
#include "genotype/kernels/row_chunks.hpp"
#include "genotype/kernels/running_statistics.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System>
void channel_moments(Thrust<System> device, long rows, int channels, const float* x, float* moments) {
    const RowChunks chunks{rows};
    detail::sum_column_chunks(
        device, rows, chunks.size(), channels, detail::Sums<2>{},
        [=] GENOTYPE_KERNEL(long row, long c) { return detail::powers(x[row * channels + c], x[c]); },
        [=] GENOTYPE_KERNEL(long chunk, long c, const detail::Sums<2>& powers) {
            const auto [mean, squares] = detail::moments_of(powers, chunks.length(static_cast<int>(chunk)));
            float* const to = moments + 2 * chunk * channels + c;
            to[0] = static_cast<float>(mean);
            to[channels] = static_cast<float>(squares);
        });
}

/// See the reference's.
template <class System>
void batch_norm_statistics(Thrust<System> device, long rows, int channels, const float* moments, const float* origin,
                           float epsilon, RunningStatistics running, float* mean, float* inverse) {
    const RowChunks chunks{rows};
    detail::each(device, channels, [=] GENOTYPE_KERNEL(long c) {
        const double values = static_cast<double>(rows), momentum = static_cast<double>(running.momentum);
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
        if (c == 0) *running.batches = std::bit_cast<float>(std::bit_cast<std::int32_t>(*running.batches) + 1);
    });
}

/// See the reference's.
template <class System>
void inverse_deviations(Thrust<System> device, int channels, const float* variance, float epsilon, float* inverse) {
    detail::each(device, channels, [=] GENOTYPE_KERNEL(long c) { inverse[c] = 1 / std::sqrt(variance[c] + epsilon); });
}

/// See the reference's.
template <class System, class Activation = NoActivation>
void normalize_channels(Thrust<System> device, long rows, int channels, const float* x, const float* mean,
                        const float* inverse, const float* weight, const float* bias, float* y,
                        Activation activation = {}) {
    detail::each_value(device, rows * channels, [=] GENOTYPE_KERNEL(long at) {
        const long c = at % channels;
        y[at] = activation.value((x[at] - mean[c]) * inverse[c] * weight[c] + bias[c]);
    });
}

namespace detail {

/// A value of batch norm's input as backward sees it: normalised, and with its derivative behind the activation.
template <class Activation>
struct BatchNormInputGradient {
    const float *x, *dy, *weight, *bias, *mean, *inverse;
    Activation activation;

    struct Value {
        float normalised, derivative;
    };
    GENOTYPE_BOTH Value operator()(long at, long c) const {
        const float normalised = (x[at] - mean[c]) * inverse[c];
        return {normalised, dy[at] * activation.derivative(normalised * weight[c] + bias[c])};
    }
};

}  // namespace detail

/// See the reference's. Scratch: (chunks + 1) * 2 * channels floats.
template <class System, class Activation = NoActivation>
void batch_norm_backward(Thrust<System> device, long rows, int channels, const float* x, const float* dy,
                         const float* weight, const float* bias, const float* mean, const float* inverse,
                         float* scratch, float* dx, float* dweight, float* dbias, bool accumulate,
                         Activation activation = {}) {
    const RowChunks chunks{rows};
    const detail::BatchNormInputGradient<Activation> value{x, dy, weight, bias, mean, inverse, activation};
    float* const partial = scratch + 2L * channels;
    detail::sum_column_chunks(
        device, rows, chunks.size(), channels, detail::Sums<2>{},
        [=] GENOTYPE_KERNEL(long row, long c) {
            const auto [normalised, derivative] = value(row * channels + c, c);
            return detail::Sums<2>{{static_cast<double>(derivative), static_cast<double>(derivative) * normalised}};
        },
        [=] GENOTYPE_KERNEL(long chunk, long c, const detail::Sums<2>& sums) {
            float* const to = partial + chunk * 2 * channels + c;
            to[0] = static_cast<float>(sums.values[0]);
            to[channels] = static_cast<float>(sums.values[1]);
        });
    detail::sum_column_chunks(
        device, chunks.count(), RowChunks::most, channels, detail::Sums<2>{},
        [=] GENOTYPE_KERNEL(long chunk, long c) {
            const float* const from = partial + chunk * 2 * channels + c;
            return detail::Sums<2>{{static_cast<double>(from[0]), static_cast<double>(from[channels])}};
        },
        [=] GENOTYPE_KERNEL(long, long c, const detail::Sums<2>& sums) {
            scratch[c] = static_cast<float>(sums.values[0] / static_cast<double>(rows));
            scratch[channels + c] = static_cast<float>(sums.values[1] / static_cast<double>(rows));
            if (!dweight) return;
            dbias[c] = static_cast<float>((accumulate ? dbias[c] : 0.0f) + sums.values[0]);
            dweight[c] = static_cast<float>((accumulate ? dweight[c] : 0.0f) + sums.values[1]);
        });
    if (!dx) return;
    detail::each_value(device, rows * channels, [=] GENOTYPE_KERNEL(long at) {
        const long c = at % channels;
        const auto [normalised, derivative] = value(at, c);
        dx[at] = weight[c] * inverse[c] * (derivative - scratch[c] - normalised * scratch[channels + c]);
    });
}

}  // namespace genotype::inline v0_1::kernels
