// Layer norm over thrust.
#pragma once

#include <cmath>

#include "genotype/kernels/thrust/moments.hpp"

namespace genotype {

/// See the reference's.
template <class System>
void layer_norm(Thrust<System> device, long samples, long size, const float* x, const float* weight, const float* bias,
                float epsilon, float* statistics, float* y) {
    detail::sum_groups(
        device, samples, size, detail::Sums<2>{},
        [=] GENOTYPE_BOTH(long sample, long i) { return detail::powers(x[sample * size + i], x[sample * size]); },
        [=] GENOTYPE_BOTH(long sample, const detail::Sums<2>& powers) {
            const auto [mean, squares] = detail::moments_of(powers, size);
            statistics[2 * sample] = static_cast<float>(x[sample * size] + mean);
            statistics[2 * sample + 1] =
                static_cast<float>(1 / std::sqrt(squares / static_cast<double>(size) + epsilon));
        });
    detail::each_value(device, samples * size, [=] GENOTYPE_BOTH(long at) {
        const float* const own = statistics + at / size * 2;
        y[at] = (x[at] - own[0]) * own[1] * weight[at % size] + (bias ? bias[at % size] : 0.0f);
    });
}

namespace detail {

/// The input's gradient from each sample's means of its slopes and of their products with the normalised values.
struct LayerNormSlope {
    const float *x, *dy, *weight, *statistics;
    long size;

    GENOTYPE_BOTH float normalised(long sample, long i) const {
        return (x[sample * size + i] - statistics[2 * sample]) * statistics[2 * sample + 1];
    }
    GENOTYPE_BOTH float operator()(long sample, long i, const float* means) const {
        const float slope = weight[i] * dy[sample * size + i];
        return statistics[2 * sample + 1] * (slope - means[0] - normalised(sample, i) * means[1]);
    }
};

}  // namespace detail

/// See the reference's. dx may be neither x nor dy.
template <class System>
void layer_norm_backward(Thrust<System> device, long samples, long size, const float* x, const float* dy,
                         const float* weight, const float* statistics, float* dx, float* dweight, float* dbias,
                         bool accumulate) {
    const detail::LayerNormSlope slope{x, dy, weight, statistics, size};
    if (dx && size == 1) {  // no place for two means, which are the value's own
        detail::each_value(device, samples, [=] GENOTYPE_BOTH(long sample) {
            const float own = weight[0] * dy[sample];
            const float means[2] = {own, own * slope.normalised(sample, 0)};
            dx[sample] = slope(sample, 0, means);
        });
    } else if (dx) {
        detail::sum_groups(
            device, samples, size, detail::Sums<2>{},
            [=] GENOTYPE_BOTH(long sample, long i) {
                const double own = static_cast<double>(weight[i]) * dy[sample * size + i];
                return detail::Sums<2>{{own, own * slope.normalised(sample, i)}};
            },
            [=] GENOTYPE_BOTH(long sample, const detail::Sums<2>& sums) {
                for (int i = 0; i < 2; ++i)
                    dx[sample * size + i] = static_cast<float>(sums.values[i] / static_cast<double>(size));
            });
        detail::replace_sums<2>(device, samples, size, dx, slope);
    }
    if (!dweight) return;
    detail::sum_groups(
        device, size, samples, detail::Sums<2>{},
        [=] GENOTYPE_BOTH(long i, long sample) {
            const double own = static_cast<double>(dy[sample * size + i]);
            return detail::Sums<2>{{own, own * slope.normalised(sample, i)}};
        },
        [=] GENOTYPE_BOTH(long i, const detail::Sums<2>& sums) {
            if (dbias) dbias[i] = static_cast<float>((accumulate ? dbias[i] : 0.0f) + sums.values[0]);
            dweight[i] = static_cast<float>((accumulate ? dweight[i] : 0.0f) + sums.values[1]);
        });
}

}  // namespace genotype
