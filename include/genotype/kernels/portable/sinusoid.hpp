// Waves of a time over thrust, in double.
#pragma once

#include <cmath>

#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System>
void sinusoid(Thrust<System> device, int batch, int width, double step, double scale, const float* x, float* y) {
    const int half = width / 2;
    detail::each_value(device, static_cast<long>(batch) * half, [=] GENOTYPE_KERNEL(long at) mutable {
        const long sample = at / half, i = at % half;
        const double angle = static_cast<double>(x[sample]) * (scale * std::exp(step * static_cast<double>(i)));
        y[sample * width + i] = static_cast<float>(std::cos(angle));
        y[sample * width + half + i] = static_cast<float>(std::sin(angle));
    });
}

/// See the reference's.
template <class System>
void sinusoid_backward(Thrust<System> device, int batch, int width, double step, double scale, const float* x,
                       const float* dy, float* dx) {
    const int half = width / 2;
    detail::sum_groups(
        device, batch, half, detail::Sums<1>{},
        [=] GENOTYPE_KERNEL(long sample, long i) {
            const double frequency = scale * std::exp(step * static_cast<double>(i));
            const double angle = static_cast<double>(x[sample]) * frequency;
            const float* const derivatives = dy + sample * width + i;
            return detail::Sums<1>{{frequency * (static_cast<double>(derivatives[half]) * std::cos(angle) -
                                                 static_cast<double>(derivatives[0]) * std::sin(angle))}};
        },
        [=] GENOTYPE_KERNEL(long sample, const detail::Sums<1>& sum) {
            dx[sample] = static_cast<float>(sum.values[0]);
        });
}

}  // namespace genotype::inline v0_1::kernels
