// Sums of rows, each with a factor of its own: samples are shared out to threads.
#pragma once

#include <algorithm>

#include "genotype/kernels/cpu/matmul/column_sums.hpp"
#include "genotype/kernels/cpu/simd/chunks.hpp"
#include "genotype/kernels/cpu/simd/ranges.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/functions.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

struct CombinedRows {
    float a, b;

    template <class V>
    constexpr void operator()(V x, V& y) const {
        y = V(b) * y + V(a) * x;
    }
};
struct ScaledRow {
    float b;

    template <class V>
    constexpr void operator()(V& y) const {
        y = V(b) * y;
    }
};
struct AddScaled {
    float factor;

    template <class V>
    constexpr void operator()(V x, V& y) const {
        y = y + V(factor) * x;
    }
};

}  // namespace detail

/// See the reference's.
template <class = void>
inline void combine_rows(Cpu, long rows, long width, const float* a, const float* x, const float* b, float* y) {
#pragma omp parallel for schedule(static) if (rows * width >= detail::parallel_values)
    for (long row = 0; row < rows; ++row) {
        const long at = row * width;
        if (a)
            detail::update_range(detail::CombinedRows{a[row], b[row]}, width, x + at, y + at);
        else
            detail::update_range(detail::ScaledRow{b[row]}, width, y + at);
    }
}

/// See the reference's.
template <class = void>
inline void add_scaled_bias(Cpu, int batch, long pixels, int channels, const float* factors, const float* bias,
                            float* y) {
    const long count = pixels * channels;
#pragma omp parallel for schedule(static) if (batch * count >= detail::parallel_values)
    for (int sample = 0; sample < batch; ++sample)
        for (long at = sample * count; at < (sample + 1) * count; at += channels)
            detail::update_range(detail::AddScaled{factors[sample]}, channels, bias, y + at);
}

/// See the reference's.
template <class = void>
inline void scaled_column_sums(Cpu, int batch, long pixels, int channels, const float* factors, const float* x,
                               float* sums, bool accumulate) {
    constexpr long most_parts = 16;
    const long count = pixels * channels, part = (batch + most_parts - 1) / most_parts,
               parts = (batch + part - 1) / part;
    for (int first = 0; first < channels; first += detail::sum_columns) {
        const int width = std::min(detail::sum_columns, channels - first);
        float partial[most_parts][detail::sum_columns];
#pragma omp parallel for schedule(static) if (batch * count >= detail::parallel_values)
        for (long p = 0; p < parts; ++p) {
            std::fill_n(partial[p], width, 0.f);
            for (long sample = p * part; sample < std::min<long>(batch, (p + 1) * part); ++sample) {
                float of_sample[detail::sum_columns];
                detail::sum_rows(pixels, channels, width, x + sample * count + first, of_sample);
                for (int c = 0; c < width; ++c) partial[p][c] += factors[sample] * of_sample[c];
            }
        }
        for (int c = 0; c < width; ++c) {
            double total = accumulate ? static_cast<double>(sums[first + c]) : 0.0;
            for (long p = 0; p < parts; ++p) total += static_cast<double>(partial[p][c]);
            sums[first + c] = static_cast<float>(total);
        }
    }
}

/// See the reference's.
template <class = void>
inline void row_squares(Cpu, long rows, long width, const float* x, float* squares) {
#pragma omp parallel for schedule(static) if (rows * width >= detail::parallel_values)
    for (long row = 0; row < rows; ++row)
        squares[row] = static_cast<float>(detail::sum_range(Square{}, width, x + row * width));
}

}  // namespace genotype::inline v0_1::kernels
