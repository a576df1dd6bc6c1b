// Group norm in plain loops, sums in double.
#pragma once

#include <cmath>
#include <concepts>

#include "genotype/kernels/device.hpp"
#include "genotype/kernels/functions.hpp"

namespace genotype::inline v0_1::kernels {

/// Normalises each group of neighbouring channels of each sample, and applies the activation. statistics (batch, 2,
/// channels): each channel's mean and inverse deviation, those of its group.
template <class Activation = NoActivation>
void group_norm(Reference, int batch, int pixels, int channels, int groups, const float* x, const float* weight,
                const float* bias, float epsilon, float* statistics, float* y, Activation activation = {}) {
    const int width = channels / groups;
    const double values = static_cast<double>(pixels) * width;
    for (int sample = 0; sample < batch; ++sample)
        for (int group = 0; group < groups; ++group) {
            auto for_each = [&](auto f) {
                for (int pixel = 0; pixel < pixels; ++pixel)
                    for (int c = group * width; c < (group + 1) * width; ++c)
                        f((static_cast<long>(sample) * pixels + pixel) * channels + c, c);
            };
            double mean = 0, squares = 0;
            for_each([&](long at, int) { mean += x[at] / values; });
            for_each([&](long at, int) { squares += (x[at] - mean) * (x[at] - mean); });
            const double inverse = 1 / std::sqrt(squares / values + epsilon);
            for_each([&](long at, int c) {
                y[at] = activation.value(static_cast<float>((x[at] - mean) * inverse * weight[c] + bias[c]));
                statistics[2L * sample * channels + c] = static_cast<float>(mean);
                statistics[(2L * sample + 1) * channels + c] = static_cast<float>(inverse);
            });
        }
}

/// Backward with the statistics of forward. Scratch is not used. Null: dx, or dweight and dbias together. The bias is
/// read where there is an activation.
template <class Activation = NoActivation>
void group_norm_backward(Reference, int batch, int pixels, int channels, int groups, const float* x, const float* dy,
                         const float* weight, const float* statistics, float*, float* dx, float* dweight, float* dbias,
                         bool accumulate, const float* bias = nullptr, Activation activation = {}) {
    const int width = channels / groups;
    const double values = static_cast<double>(pixels) * width;
    auto normalised = [&](int sample, long at, int c) {
        const double mean = statistics[2L * sample * channels + c];
        return (x[at] - mean) * statistics[(2L * sample + 1) * channels + c];
    };
    auto before = [&](int sample, long at, int c) {
        if constexpr (std::same_as<Activation, NoActivation>)
            return dy[at];
        else
            return dy[at] * activation.derivative(static_cast<float>(normalised(sample, at, c) * weight[c] + bias[c]));
    };
    for (int c = 0; dweight && c < channels; ++c) {
        double derivatives = accumulate ? dbias[c] : 0.0f, products = accumulate ? dweight[c] : 0.0f;
        for (int sample = 0; sample < batch; ++sample)
            for (int pixel = 0; pixel < pixels; ++pixel) {
                const long at = (static_cast<long>(sample) * pixels + pixel) * channels + c;
                derivatives += before(sample, at, c);
                products += before(sample, at, c) * normalised(sample, at, c);
            }
        dbias[c] = static_cast<float>(derivatives);
        dweight[c] = static_cast<float>(products);
    }
    for (int sample = 0; dx && sample < batch; ++sample)
        for (int group = 0; group < groups; ++group) {
            auto for_each = [&](auto f) {
                for (int pixel = 0; pixel < pixels; ++pixel)
                    for (int c = group * width; c < (group + 1) * width; ++c)
                        f((static_cast<long>(sample) * pixels + pixel) * channels + c, c);
            };
            double derivatives = 0, products = 0;
            for_each([&](long at, int c) {
                derivatives += static_cast<double>(weight[c]) * before(sample, at, c);
                products += static_cast<double>(weight[c]) * before(sample, at, c) * normalised(sample, at, c);
            });
            for_each([&](long at, int c) {
                const double inverse = statistics[(2L * sample + 1) * channels + c];
                dx[at] = static_cast<float>(inverse *
                                            (static_cast<double>(weight[c]) * before(sample, at, c) -
                                             derivatives / values - normalised(sample, at, c) * products / values));
            });
        }
}

}  // namespace genotype::inline v0_1::kernels
