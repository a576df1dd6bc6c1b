// Batch norm on the processor: one pass over x for the statistics and one to normalise; backward the same.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "genotype/kernels/cpu/norm/normalization_columns.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/row_chunks.hpp"
#include "genotype/kernels/running_statistics.hpp"

namespace genotype::inline v0_1::kernels {

/// Mean and sum of squared deviations of each channel in each chunk of rows: moments (chunks, 2, channels), the means
/// relative to the first row of x. Whoever makes x may make these as well, and spare this pass.
template <class = void>
inline void channel_moments(Cpu, long rows, int channels, const float* x, float* moments) {
    const RowChunks chunks{rows};
#pragma omp parallel for schedule(static) if (rows * channels > 16384)
    for (int chunk = 0; chunk < chunks.count(); ++chunk) {
        float* const mean = moments + 2L * chunk * channels;
        detail::column_moments(chunks.length(chunk), channels, x + chunks.begin(chunk) * channels, x, mean,
                               mean + channels);
    }
}

/// From `channel_moments` (origin: the first row of x) to each channel's mean and 1 / sqrt(biased variance + epsilon);
/// the running statistics take their step.
template <class = void>
[[gnu::noinline]] inline void batch_norm_statistics(Cpu, long rows, int channels, const float* moments,
                                                    const float* origin, float epsilon, RunningStatistics running,
                                                    float* mean, float* inverse) {
    const RowChunks chunks{rows};
    const Vector keep(1 - running.momentum), take(running.momentum);
    detail::for_each_vector(channels, [&](long c, auto part) {
        Vector all_mean(0.0f), squares(0.0f);
        for (int chunk = 0; chunk < chunks.count(); ++chunk) {
            const float* const from = moments + 2L * chunk * channels + c;
            detail::join_moments(static_cast<double>(chunks.begin(chunk)), all_mean, squares,
                                 static_cast<double>(chunks.length(chunk)), part.load(from),
                                 part.load(from + channels));
        }
        all_mean += part.load(origin + c);
        const Vector biased = squares / Vector(static_cast<float>(rows));
        const Vector unbiased = squares / Vector(static_cast<float>(rows - 1));
        part.store(all_mean, mean + c);
        part.store(Vector(1.0f) / xsimd::sqrt(biased + Vector(epsilon)), inverse + c);
        part.store(xsimd::fma(keep, part.load(running.mean + c), take * all_mean), running.mean + c);
        part.store(xsimd::fma(keep, part.load(running.variance + c), take * unbiased), running.variance + c);
    });
    std::int32_t batches;
    std::memcpy(&batches, running.batches, sizeof batches);
    ++batches;
    std::memcpy(running.batches, &batches, sizeof batches);
}

/// inverse = 1 / sqrt(variance + epsilon).
template <class = void>
inline void inverse_deviations(Cpu, int channels, const float* variance, float epsilon, float* inverse) {
    for (int c = 0; c < channels; ++c) inverse[c] = 1 / std::sqrt(variance[c] + epsilon);
}

/// y = activation((x - mean) * inverse * weight + bias) for each channel.
template <class Activation = NoActivation>
void normalize_channels(Cpu, long rows, int channels, const float* x, const float* mean, const float* inverse,
                        const float* weight, const float* bias, float* y, Activation activation = {}) {
    const RowChunks chunks{rows};
#pragma omp parallel for schedule(static) if (rows * channels > 16384)
    for (int chunk = 0; chunk < chunks.count(); ++chunk) {
        const long start = chunks.begin(chunk) * channels;
        detail::normalize_rows(chunks.length(chunk), channels, x + start, mean, inverse, weight, bias, activation,
                               y + start);
    }
}

/// Backward of training, through the activation as well: its `derivative` is a function of its input. Scratch: (chunks
/// + 1)
/// * 2 * channels floats. Null: dx, or dweight and dbias together.
template <class Activation = NoActivation>
void batch_norm_backward(Cpu, long rows, int channels, const float* x, const float* dy, const float* weight,
                         const float* bias, const float* mean, const float* inverse, float* scratch, float* dx,
                         float* dweight, float* dbias, bool accumulate, Activation activation = {}) {
    const RowChunks chunks{rows};
    float* const gradient_mean = scratch;
    float* const product_mean = gradient_mean + channels;
    float* const partial = product_mean + channels;
#pragma omp parallel for schedule(static) if (rows * channels > 16384)
    for (int chunk = 0; chunk < chunks.count(); ++chunk) {
        const long start = chunks.begin(chunk) * channels;
        float* const sums = partial + 2L * chunk * channels;
        std::fill_n(sums, 2L * channels, 0.0f);
        detail::column_products(chunks.length(chunk), channels, x + start, dy + start, mean, inverse, weight, bias,
                                activation, sums, sums + channels);
    }
    const Vector share(1.0f / static_cast<float>(rows));
    detail::for_each_vector(channels, [&](long c, auto part) {
        Vector derivatives(0.0f), products(0.0f);
        for (int chunk = 0; chunk < chunks.count(); ++chunk) {
            const float* const sums = partial + 2L * chunk * channels + c;
            derivatives += part.load(sums);
            products += part.load(sums + channels);
        }
        const Vector scale = share * part.load(weight + c);
        part.store(scale * derivatives, gradient_mean + c);
        part.store(scale * products, product_mean + c);
        if (!dweight) return;
        if (accumulate) {
            derivatives += part.load(dbias + c);
            products += part.load(dweight + c);
        }
        part.store(derivatives, dbias + c);
        part.store(products, dweight + c);
    });
    if (!dx) return;
#pragma omp parallel for schedule(static) if (rows * channels > 16384)
    for (int chunk = 0; chunk < chunks.count(); ++chunk) {
        const long start = chunks.begin(chunk) * channels;
        detail::normalize_rows_backward(chunks.length(chunk), channels, x + start, dy + start, mean, inverse, weight,
                                        bias, activation, gradient_mean, product_mean, dx + start);
    }
}

}  // namespace genotype::inline v0_1::kernels
