// Sums of rows, each with a factor of its own, over thrust.
#pragma once

#include "genotype/kernels/portable/columns.hpp"
#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System>
void combine_rows(Thrust<System> device, long rows, long width, const float* a, const float* x, const float* b,
                  float* y) {
    detail::each_value(device, rows * width, [=] GENOTYPE_KERNEL(long i) mutable {
        y[i] = b[i / width] * y[i] + (a ? a[i / width] * x[i] : 0.f);
    });
}

/// See the reference's.
template <class System>
void add_scaled_bias(Thrust<System> device, int batch, long pixels, int channels, const float* factors,
                     const float* bias, float* y) {
    const long count = pixels * channels;
    detail::each_value(device, batch * count,
                       [=] GENOTYPE_KERNEL(long i) mutable { y[i] += factors[i / count] * bias[i % channels]; });
}

/// See the reference's.
template <class System>
void scaled_column_sums(Thrust<System> device, int batch, long pixels, int channels, const float* factors,
                        const float* x, float* sums, bool accumulate) {
    detail::sum_whole_columns(
        device, batch * pixels, channels, detail::Sums<1>{},
        [=] GENOTYPE_KERNEL(long row, long channel) {
            return detail::Sums<1>{
                {static_cast<double>(factors[row / pixels]) * static_cast<double>(x[row * channels + channel])}};
        },
        [=] GENOTYPE_KERNEL(long channel, const detail::Sums<1>& total) {
            const double before = accumulate ? static_cast<double>(sums[channel]) : 0.0;
            sums[channel] = static_cast<float>(before + total.values[0]);
        });
}

/// See the reference's.
template <class System>
void row_squares(Thrust<System> device, long rows, long width, const float* x, float* squares) {
    detail::sum_groups(
        device, rows, width, detail::Sums<1>{},
        [=] GENOTYPE_KERNEL(long row, long i) mutable {
            const double value = static_cast<double>(x[row * width + i]);
            return detail::Sums<1>{{value * value}};
        },
        [=] GENOTYPE_KERNEL(long row, const detail::Sums<1>& total) mutable {
            squares[row] = static_cast<float>(total.values[0]);
        });
}

}  // namespace genotype::inline v0_1::kernels
