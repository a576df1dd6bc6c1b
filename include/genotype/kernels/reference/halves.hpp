// Functions of both halves of each row, in plain loops.
#pragma once

#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// y[row][i] = f(x[row][i], x[row][half + i]). x (rows, 2 * half), y (rows, half).
template <class F>
void map_halves(Reference, long rows, long half, F f, const float* x, float* y) {
    for (long row = 0; row < rows; ++row)
        for (long i = 0; i < half; ++i) y[row * half + i] = f(x[row * 2 * half + i], x[row * 2 * half + half + i]);
}

/// f(x[row][i], x[row][half + i], dy[row][i], dx[row][i], dx[row][half + i]), of which the last two are written.
template <class F>
void map_halves_backward(Reference, long rows, long half, F f, const float* x, const float* dy, float* dx) {
    for (long row = 0; row < rows; ++row)
        for (long i = 0; i < half; ++i) {
            const long first = row * 2 * half + i, second = first + half;
            f(x[first], x[second], dy[row * half + i], dx[first], dx[second]);
        }
}

}  // namespace genotype::inline v0_1::kernels
