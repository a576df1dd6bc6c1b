// Group norm over thrust.
#pragma once

#include <cmath>
#include <concepts>

#include "genotype/kernels/functions.hpp"
#include "genotype/kernels/portable/columns.hpp"
#include "genotype/kernels/portable/moments.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// Where the values of a sample's group lie.
struct GroupPlaces {
    int pixels, channels, groups;

    constexpr int width() const { return channels / groups; }
    constexpr long values() const { return static_cast<long>(pixels) * width(); }
    /// Its first channel.
    constexpr long channel(long group) const { return group % groups * width(); }
    constexpr long at(long group, long i) const {
        return (group / groups * pixels + i / width()) * channels + channel(group) + i % width();
    }
    /// Which sample's channel a value belongs to, in an array of `arrays` floats for each of them.
    constexpr long of_channel(long at, int arrays) const {
        return at / channels / pixels * arrays * channels + at % channels;
    }
};

/// dy before the activation, whose input is made again.
template <class Activation>
struct GroupNormInputGradient {
    const float *dy, *weight, *bias;
    Activation activation;

    constexpr float operator()(long at, long c, float normalised) const {
        if constexpr (std::same_as<Activation, NoActivation>)
            return dy[at];
        else
            return dy[at] * activation.derivative(normalised * weight[c] + bias[c]);
    }
};

}  // namespace detail

/// See the reference's.
template <class System, class Activation = NoActivation>
void group_norm(Thrust<System> device, int batch, int pixels, int channels, int groups, const float* x,
                const float* weight, const float* bias, float epsilon, float* statistics, float* y,
                Activation activation = {}) {
    const detail::GroupPlaces places{pixels, channels, groups};
    detail::sum_groups_then(
        device, static_cast<long>(batch) * groups, places.values(), detail::Sums<2>{},
        [=] GENOTYPE_KERNEL(long group, long i) {
            return detail::powers(x[places.at(group, i)], x[places.at(group, 0)]);
        },
        [=] GENOTYPE_KERNEL(long group, const detail::Sums<2>& powers) -> detail::Normal {
            const auto [mean, squares] = detail::moments_of(powers, places.values());
            const double inverse = 1 / std::sqrt(squares / static_cast<double>(places.values()) + epsilon);
            const detail::Normal own{static_cast<float>(x[places.at(group, 0)] + mean), static_cast<float>(inverse)};
            float* const kept = statistics + group / groups * 2 * channels + places.channel(group);
            for (int c = 0; c < places.width(); ++c) {
                kept[c] = own.mean;
                kept[channels + c] = own.inverse;
            }
            return own;
        },
        places.values(),
        [=] GENOTYPE_KERNEL(long group, long i, const detail::Normal& own) {
            const long at = places.at(group, i), c = at % channels;
            y[at] = activation.value((x[at] - own.mean) * own.inverse * weight[c] + bias[c]);
        });
}

/// See the reference's. Scratch: batch * 4 * channels floats.
template <class System, class Activation = NoActivation>
void group_norm_backward(Thrust<System> device, int batch, int pixels, int channels, int groups, const float* x,
                         const float* dy, const float* weight, const float* statistics, float* scratch, float* dx,
                         float* dweight, float* dbias, bool accumulate, const float* bias = nullptr,
                         Activation activation = {}) {
    const detail::GroupPlaces places{pixels, channels, groups};
    const detail::GroupNormInputGradient<Activation> derivative_at{dy, weight, bias, activation};
    // [sample][derivatives, products, their means over the group][channel]
    detail::sum_groups(
        device, static_cast<long>(batch) * channels, pixels, detail::Sums<2>{},
        [=] GENOTYPE_KERNEL(long own, long pixel) {
            const long sample = own / channels, c = own % channels, at = (sample * pixels + pixel) * channels + c;
            const float* const of = statistics + sample * 2 * channels + c;
            const float normalised = (x[at] - of[0]) * of[channels];
            const double derivative = static_cast<double>(derivative_at(at, c, normalised));
            return detail::Sums<2>{{derivative, derivative * normalised}};
        },
        [=] GENOTYPE_KERNEL(long own, const detail::Sums<2>& sums) {
            float* const to = scratch + own / channels * 4 * channels + own % channels;
            to[0] = static_cast<float>(sums.values[0]);
            to[channels] = static_cast<float>(sums.values[1]);
        });
    if (dweight)
        detail::sum_whole_columns(
            device, batch, channels, detail::Sums<2>{},
            [=] GENOTYPE_KERNEL(long sample, long c) {
                const float* const from = scratch + sample * 4 * channels + c;
                return detail::Sums<2>{{static_cast<double>(from[0]), static_cast<double>(from[channels])}};
            },
            [=] GENOTYPE_KERNEL(long c, const detail::Sums<2>& sums) {
                dbias[c] = static_cast<float>((accumulate ? dbias[c] : 0.0f) + sums.values[0]);
                dweight[c] = static_cast<float>((accumulate ? dweight[c] : 0.0f) + sums.values[1]);
            });
    if (!dx) return;
    detail::sum_groups(
        device, static_cast<long>(batch) * groups, places.width(), detail::Sums<2>{},
        [=] GENOTYPE_KERNEL(long group, long i) {
            const long c = places.channel(group) + i;
            const float* const from = scratch + group / groups * 4 * channels + c;
            const double factor = static_cast<double>(weight[c]);
            return detail::Sums<2>{{factor * from[0], factor * from[channels]}};
        },
        [=] GENOTYPE_KERNEL(long group, const detail::Sums<2>& sums) {
            float* const to = scratch + (group / groups * 4 + 2) * channels + places.channel(group);
            for (int c = 0; c < places.width(); ++c) {
                to[c] = static_cast<float>(sums.values[0] / static_cast<double>(places.values()));
                to[channels + c] = static_cast<float>(sums.values[1] / static_cast<double>(places.values()));
            }
        });
    detail::each_value(device, static_cast<long>(batch) * pixels * channels, [=] GENOTYPE_KERNEL(long at) {
        const float* const of = statistics + places.of_channel(at, 2);
        const float* const means = scratch + 2L * channels + places.of_channel(at, 4);
        const float normalised = (x[at] - of[0]) * of[channels];
        const float derivative = derivative_at(at, at % channels, normalised);
        dx[at] = of[channels] * (weight[at % channels] * derivative - means[0] - normalised * means[channels]);
    });
}

}  // namespace genotype::inline v0_1::kernels
