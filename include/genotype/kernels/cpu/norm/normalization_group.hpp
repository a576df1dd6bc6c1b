// Group norm on the processor: samples are shared out to threads.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>

#include "genotype/kernels/cpu/norm/normalization_columns.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/norm_modulation.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// A sample's weight and bias: (normalised * weight + bias) * (1 + scale) + shift is again a product and a sum.
struct SampleAffine {
    const float *weight, *bias;

    SampleAffine(long sample, int channels, const float* own_weight, const float* own_bias,
                 const NormModulation& modulation)
        : weight(own_weight), bias(own_bias) {
        if (!modulation.moments) return;
        const float* const moments = modulation.moments + 2 * sample * channels;
        float* const affine = modulation.affine + 2 * sample * channels;
        for_each_vector(channels, [&](long c, auto part) {
            const Vector factor = Vector(1.0f) + part.load(moments + c);
            part.store(part.load(own_weight + c) * factor, affine + c);
            part.store(xsimd::fma(part.load(own_bias + c), factor, part.load(moments + channels + c)),
                       affine + channels + c);
        });
        weight = affine;
        bias = affine + channels;
    }
};

/// From the sums of `column_products` with a sample's own weight and bias to the gradients by its scales and shifts;
/// the sums are those for the norm's weight and bias then.
template <class = void>
inline void split_products(long sample, int channels, const float* weight, const float* bias,
                           const NormModulation& modulation, float* bias_sum, float* weight_sum) {
    const float* const scale = modulation.moments + 2 * sample * channels;
    float* const dscale = modulation.dmoments + 2 * sample * channels;
    for_each_vector(channels, [&](long c, auto part) {
        const Vector derivatives = part.load(bias_sum + c), products = part.load(weight_sum + c);
        const Vector factor = Vector(1.0f) + part.load(scale + c);
        part.store(xsimd::fma(part.load(weight + c), products, part.load(bias + c) * derivatives), dscale + c);
        part.store(derivatives, dscale + channels + c);
        part.store(factor * derivatives, bias_sum + c);
        part.store(factor * products, weight_sum + c);
    });
}

/// dx = inverse * (weight * dy - gradient_mean - normalised x * product_mean), from dy before the activation, which may
/// lie at dx; plus `added`, which may be null.
template <class = void>
inline void center_rows(long rows, int channels, const float* x, const float* dy, const float* mean,
                        const float* inverse, const float* weight, const float* gradient_mean,
                        const float* product_mean, const float* added, float* dx) {
    for_each_value(rows, channels, [&](long c, auto part) {
        const Vector center = part.load(mean + c), deviations = part.load(inverse + c);
        const Vector scale = deviations * part.load(weight + c);
        const Vector back = deviations * part.load(gradient_mean + c);
        const Vector pull = deviations * deviations * part.load(product_mean + c);
        return [=](long at) {
            const Vector pulled = xsimd::fma(part.load(x + at) - center, pull, back);
            const Vector centered = xsimd::fms(part.load(dy + at), scale, pulled);
            part.store(added ? centered + part.load(added + at) : centered, dx + at);
        };
    });
}

}  // namespace detail

/// Normalises each group of neighbouring channels of each sample, and applies the modulation and the activation.
/// statistics (batch, 2, channels): each channel's mean and inverse deviation, those of its group.
template <class Activation = NoActivation>
void group_norm(Cpu, int batch, int pixels, int channels, int groups, const float* x, const float* weight,
                const float* bias, float epsilon, float* statistics, float* y, Activation activation = {},
                NormModulation modulation = {}) {
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
        const detail::SampleAffine own(sample, channels, weight, bias, modulation);
        const bool fetches = !std::same_as<Activation, NoActivation> && sample + 1 < batch;
        detail::normalize_rows(pixels, channels, from, mean, inverse, own.weight, own.bias, activation,
                               y + sample * count, fetches ? count : 0);
    }
}

/// Backward with the statistics of forward. Scratch: (batch, 4, channels). Null: dx, or dweight and dbias together. The
/// bias is read where there is an activation or a modulation; `added` is added to dx.
template <class Activation = NoActivation>
void group_norm_backward(Cpu, int batch, int pixels, int channels, int groups, const float* x, const float* dy,
                         const float* weight, const float* statistics, float* scratch, float* dx, float* dweight,
                         float* dbias, bool accumulate, const float* bias = nullptr, Activation activation = {},
                         NormModulation modulation = {}, const float* added = nullptr) {
    constexpr int rows_at_once = 16;
    const long count = static_cast<long>(pixels) * channels;
    const int width = channels / groups;
    const bool parallel = batch * count > 16384;
#pragma omp parallel for schedule(static) if (parallel)
    for (int sample = 0; sample < batch; ++sample) {
        const float* const from = x + sample * count;
        const float* derivatives = dy + sample * count;
        const float* const mean = statistics + 2L * sample * channels;
        const float* const inverse = mean + channels;
        float* const bias_sum = scratch + 4L * sample * channels;
        float* const weight_sum = bias_sum + channels;
        float* const gradient_mean = weight_sum + channels;
        float* const product_mean = gradient_mean + channels;
        const detail::SampleAffine own(sample, channels, weight, bias, modulation);
        std::fill_n(bias_sum, 2L * channels, 0.0f);
        if (std::same_as<Activation, NoActivation> || !dx) {
            detail::column_products(pixels, channels, from, derivatives, mean, inverse, own.weight, own.bias,
                                    activation, bias_sum, weight_sum);
        } else {
            // To work out the activation's derivative twice would cost more than to write it: a sample stays in the
            // second-level cache, and some rows in the first-level one.
            for (int row = 0; row < pixels; row += rows_at_once) {
                const int rows = std::min(rows_at_once, pixels - row);
                const long at = static_cast<long>(row) * channels;
                float* const before = dx + sample * count + at;
                detail::rows_before_activation(rows, channels, from + at, derivatives + at, mean, inverse, own.weight,
                                               own.bias, activation, before, sample + 1 < batch ? count : 0,
                                               (added ? added + sample * count : from) + at);
                detail::column_products(rows, channels, from + at, before, mean, inverse, own.weight, nullptr,
                                        NoActivation{}, bias_sum, weight_sum);
            }
            derivatives = dx + sample * count;
        }
        for (int group = 0; dx && group < channels; group += width) {
            double derivative = 0, product = 0;
            for (int c = group; c < group + width; ++c) {
                derivative += static_cast<double>(own.weight[c]) * bias_sum[c];
                product += static_cast<double>(own.weight[c]) * weight_sum[c];
            }
            const double values = static_cast<double>(width) * pixels;
            for (int c = group; c < group + width; ++c) {
                gradient_mean[c] = static_cast<float>(derivative / values);
                product_mean[c] = static_cast<float>(product / values);
            }
        }
        if (dx)
            detail::center_rows(pixels, channels, from, derivatives, mean, inverse, own.weight, gradient_mean,
                                product_mean, added ? added + sample * count : nullptr, dx + sample * count);
        if (modulation.moments)
            detail::split_products(sample, channels, weight, bias, modulation, bias_sum, weight_sum);
    }
    if (!dweight) return;
    detail::for_each_vector(channels, [&](long c, auto part) {
        Vector derivatives(0.0f), products(0.0f);
        for (int sample = 0; sample < batch; ++sample) {
            const float* const sums = scratch + 4L * sample * channels + c;
            derivatives += part.load(sums);
            products += part.load(sums + channels);
        }
        if (accumulate) {
            derivatives += part.load(dbias + c);
            products += part.load(dweight + c);
        }
        part.store(derivatives, dbias + c);
        part.store(products, dweight + c);
    });
}

}  // namespace genotype::inline v0_1::kernels
