// Root-mean-square norm over thrust.
#pragma once

#include <cmath>

#include "genotype/kernels/portable/columns.hpp"
#include "genotype/kernels/portable/moments.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System>
void rms_norm(Thrust<System> device, long samples, long size, const float* x, const float* weight, float epsilon,
              float* inverses, float* y) {
    detail::sum_groups_then(
        device, samples, size, detail::Sums<1>{},
        [=] GENOTYPE_KERNEL(long sample, long i) {
            const double value = static_cast<double>(x[sample * size + i]);
            return detail::Sums<1>{{value * value}};
        },
        [=] GENOTYPE_KERNEL(long sample, const detail::Sums<1>& squares) -> float {
            const double mean = squares.values[0] / static_cast<double>(size);
            const float inverse = static_cast<float>(1 / std::sqrt(mean + static_cast<double>(epsilon)));
            if (inverses) inverses[sample] = inverse;
            return inverse;
        },
        size,
        [=] GENOTYPE_KERNEL(long sample, long i, float inverse) {
            y[sample * size + i] = x[sample * size + i] * inverse * weight[i];
        });
}

/// See the reference's. dx may be neither x nor dy.
template <class System>
void rms_norm_backward(Thrust<System> device, long samples, long size, const float* x, const float* dy,
                       const float* weight, const float* inverses, float* dx, float* dweight, bool accumulate) {
    if (dx)
        detail::sum_groups_then(
            device, samples, size, detail::Sums<1>{},
            [=] GENOTYPE_KERNEL(long sample, long i) {
                const long at = sample * size + i;
                return detail::Sums<1>{{static_cast<double>(weight[i]) * dy[at] * x[at] * inverses[sample]}};
            },
            [=] GENOTYPE_KERNEL(long, const detail::Sums<1>& products) -> float {
                return static_cast<float>(products.values[0] / static_cast<double>(size));
            },
            size,
            [=] GENOTYPE_KERNEL(long sample, long i, float mean) {
                const long at = sample * size + i;
                const float inverse = inverses[sample];
                dx[at] = inverse * (weight[i] * dy[at] - x[at] * inverse * mean);
            });
    if (!dweight) return;
    detail::sum_whole_columns(
        device, samples, size, detail::Sums<1>{},
        [=] GENOTYPE_KERNEL(long sample, long i) {
            const long at = sample * size + i;
            return detail::Sums<1>{{static_cast<double>(dy[at]) * x[at] * inverses[sample]}};
        },
        [=] GENOTYPE_KERNEL(long i, const detail::Sums<1>& products) {
            dweight[i] = static_cast<float>((accumulate ? dweight[i] : 0.0f) + products.values[0]);
        });
}

}  // namespace genotype::inline v0_1::kernels
