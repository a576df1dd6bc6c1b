// Group norm on the processor: samples are shared out to threads.
#pragma once

#include <cmath>
#include <concepts>

#include "genotype/kernels/cpu/normalization_columns.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::kernels {

/// Normalises each group of neighbouring channels of each sample, and applies the activation. statistics (batch, 2,
/// channels): each channel's mean and inverse deviation, those of its group.
template <class Activation = NoActivation>
void group_norm(Cpu, int batch, int pixels, int channels, int groups, const float* x, const float* weight,
                const float* bias, float epsilon, float* statistics, float* y, Activation activation = {}) {
    const long count = static_cast<long>(pixels) * channels;
    const int width = channels / groups;
    const bool parallel = batch * count > 16384;
#pragma omp parallel for schedule(static) if (parallel)
    for (int sample = 0; sample < batch; ++sample) {
        const float* const from = x + sample * count;
        float* const mean = statistics + 2L * sample * channels;
        float* const inverse = mean + channels;
        detail::column_moments(pixels, channels, from, from, mean, inverse);
        for (int group = 0; group < channels; group += width) {
            double center = 0, squares = 0;
            for (int c = group; c < group + width; ++c) center += static_cast<double>(mean[c]) + from[c];
            center /= width;
            for (int c = group; c < group + width; ++c) {
                const double apart = static_cast<double>(mean[c]) + from[c] - center;
                squares += inverse[c] + pixels * apart * apart;
            }
            const double variance = squares / (static_cast<double>(width) * pixels);
            for (int c = group; c < group + width; ++c) {
                mean[c] = static_cast<float>(center);
                inverse[c] = static_cast<float>(1 / std::sqrt(variance + epsilon));
            }
        }
        detail::normalize_rows(pixels, channels, from, mean, inverse, weight, bias, activation, y + sample * count);
    }
}

/// Backward with the statistics of forward. Scratch: (batch, 4, channels). Null: dx, or dweight and dbias together. The
/// bias is read where there is an activation.
template <class Activation = NoActivation>
void group_norm_backward(Cpu, int batch, int pixels, int channels, int groups, const float* x, const float* dy,
                         const float* weight, const float* statistics, float* scratch, float* dx, float* dweight,
                         float* dbias, bool accumulate, const float* bias = nullptr, Activation activation = {}) {
    const long count = static_cast<long>(pixels) * channels;
    const int width = channels / groups;
    const bool parallel = batch * count > 16384;
#pragma omp parallel for schedule(static) if (parallel)
    for (int sample = 0; sample < batch; ++sample) {
        const float* const from = x + sample * count;
        const float* slopes = dy + sample * count;
        const float* const mean = statistics + 2L * sample * channels;
        float* const bias_sum = scratch + 4L * sample * channels;
        float* const weight_sum = bias_sum + channels;
        float* const slope_mean = weight_sum + channels;
        float* const product_mean = slope_mean + channels;
        if (!dx) {
            detail::column_products(pixels, channels, from, slopes, mean, mean + channels, weight, bias, activation,
                                    bias_sum, weight_sum);
            continue;
        }
        if constexpr (!std::same_as<Activation, NoActivation>) {
            // A sample stays in the second-level cache; to work out the activation's slope twice would cost more.
            detail::rows_before_activation(pixels, channels, from, slopes, mean, mean + channels, weight, bias,
                                           activation, dx + sample * count);
            slopes = dx + sample * count;
        }
        detail::column_products(pixels, channels, from, slopes, mean, mean + channels, weight, nullptr, NoActivation{},
                                bias_sum, weight_sum);
        for (int group = 0; group < channels; group += width) {
            double slope = 0, product = 0;
            for (int c = group; c < group + width; ++c) {
                slope += static_cast<double>(weight[c]) * bias_sum[c];
                product += static_cast<double>(weight[c]) * weight_sum[c];
            }
            const double values = static_cast<double>(width) * pixels;
            for (int c = group; c < group + width; ++c) {
                slope_mean[c] = static_cast<float>(slope / values);
                product_mean[c] = static_cast<float>(product / values);
            }
        }
        detail::normalize_rows_backward(pixels, channels, from, slopes, mean, mean + channels, weight, nullptr,
                                        NoActivation{}, slope_mean, product_mean, dx + sample * count);
    }
    if (!dweight) return;
    detail::for_each_vector(channels, [&](long c, auto part) {
        Vector slopes(0.0f), products(0.0f);
        for (int sample = 0; sample < batch; ++sample) {
            const float* const sums = scratch + 4L * sample * channels + c;
            slopes += part.load(sums);
            products += part.load(sums + channels);
        }
        if (accumulate) {
            slopes += part.load(dbias + c);
            products += part.load(dweight + c);
        }
        part.store(slopes, dbias + c);
        part.store(products, dweight + c);
    });
}

}  // namespace genotype::kernels
