// Layer norm over thrust.
#pragma once

#include <cmath>

#include "genotype/kernels/portable/columns.hpp"
#include "genotype/kernels/portable/moments.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System>
void layer_norm(Thrust<System> device, long samples, long size, const float* x, const float* weight, const float* bias,
                float epsilon, float* statistics, float* y) {
    detail::sum_groups_then(
        device, samples, size, detail::Sums<2>{},
        [=] GENOTYPE_KERNEL(long sample, long i) { return detail::powers(x[sample * size + i], x[sample * size]); },
        [=] GENOTYPE_KERNEL(long sample, const detail::Sums<2>& powers) -> detail::Normal {
            const auto [mean, squares] = detail::moments_of(powers, size);
            const float inverse = static_cast<float>(1 / std::sqrt(squares / static_cast<double>(size) + epsilon));
            const detail::Normal own{static_cast<float>(x[sample * size] + mean), inverse};
            statistics[2 * sample] = own.mean;
            statistics[2 * sample + 1] = own.inverse;
            return own;
        },
        size,
        [=] GENOTYPE_KERNEL(long sample, long i, const detail::Normal& own) {
            const long at = sample * size + i;
            y[at] = (x[at] - own.mean) * own.inverse * weight[i] + (bias ? bias[i] : 0.0f);
        });
}

namespace detail {

/// A sample's means of its derivatives and of their products with the normalised values.
struct GradientMeans {
    float derivatives, products;
};

/// The input's gradient from these.
struct LayerNormInputGradient {
    const float *x, *dy, *weight, *statistics;
    long size;

    GENOTYPE_BOTH float normalised(long sample, long i) const {
        return (x[sample * size + i] - statistics[2 * sample]) * statistics[2 * sample + 1];
    }
    GENOTYPE_BOTH float operator()(long sample, long i, const GradientMeans& means) const {
        const float derivative = weight[i] * dy[sample * size + i];
        return statistics[2 * sample + 1] * (derivative - means.derivatives - normalised(sample, i) * means.products);
    }
};

}  // namespace detail

/// See the reference's. dx may be neither x nor dy.
template <class System>
void layer_norm_backward(Thrust<System> device, long samples, long size, const float* x, const float* dy,
                         const float* weight, const float* statistics, float* dx, float* dweight, float* dbias,
                         bool accumulate) {
    const detail::LayerNormInputGradient derivative{x, dy, weight, statistics, size};
    if (dx)
        detail::sum_groups_then(
            device, samples, size, detail::Sums<2>{},
            [=] GENOTYPE_KERNEL(long sample, long i) {
                const double own = static_cast<double>(weight[i]) * dy[sample * size + i];
                return detail::Sums<2>{{own, own * derivative.normalised(sample, i)}};
            },
            [=] GENOTYPE_KERNEL(long, const detail::Sums<2>& sums) -> detail::GradientMeans {
                const double values = static_cast<double>(size);
                return detail::GradientMeans{static_cast<float>(sums.values[0] / values),
                                             static_cast<float>(sums.values[1] / values)};
            },
            size,
            [=] GENOTYPE_KERNEL(long sample, long i, const detail::GradientMeans& means) {
                dx[sample * size + i] = derivative(sample, i, means);
            });
    if (!dweight) return;
    detail::sum_whole_columns(
        device, samples, size, detail::Sums<2>{},
        [=] GENOTYPE_KERNEL(long sample, long i) {
            const double own = static_cast<double>(dy[sample * size + i]);
            return detail::Sums<2>{{own, own * derivative.normalised(sample, i)}};
        },
        [=] GENOTYPE_KERNEL(long i, const detail::Sums<2>& sums) {
            if (dbias) dbias[i] = static_cast<float>((accumulate ? dbias[i] : 0.0f) + sums.values[0]);
            dweight[i] = static_cast<float>((accumulate ? dweight[i] : 0.0f) + sums.values[1]);
        });
}

}  // namespace genotype::inline v0_1::kernels
