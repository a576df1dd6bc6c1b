// Functions of both halves of each row.
#pragma once

#include "genotype/kernels/cpu/simd/chunks.hpp"
#include "genotype/kernels/cpu/simd/ranges.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// y[row][i] = f(x[row][i], x[row][half + i]). x (rows, 2 * half), y (rows, half).
template <class F>
void map_halves(Cpu, long rows, long half, F f, const float* x, float* y) {
#pragma omp parallel for schedule(static) if (rows * half >= detail::parallel_values)
    for (long row = 0; row < rows; ++row)
        detail::map_range(f, half, y + row * half, x + row * 2 * half, x + row * 2 * half + half);
}

/// f(x[row][i], x[row][half + i], dy[row][i], dx[row][i], dx[row][half + i]), of which the last two are written.
template <class F>
void map_halves_backward(Cpu, long rows, long half, F f, const float* x, const float* dy, float* dx) {
#pragma omp parallel for schedule(static) if (rows * half >= detail::parallel_values)
    for (long row = 0; row < rows; ++row) {
        const float* const from = x + row * 2 * half;
        float* const to = dx + row * 2 * half;
        detail::update_range(f, half, from, from + half, dy + row * half, to, to + half);
    }
}

}  // namespace genotype::inline v0_1::kernels
