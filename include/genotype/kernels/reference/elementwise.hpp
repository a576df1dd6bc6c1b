// Elementwise kernels and sums as plain loops.
#pragma once

#include "genotype/kernels/device.hpp"
#include "genotype/kernels/math.hpp"

namespace genotype::inline v0_1::kernels {

/// y[i] = f(x[i]...). `y` may be one of `x`.
template <class F, class... In>
void map(Reference, long n, F f, float* y, const In*... x) {
    for (long i = 0; i < n; ++i) y[i] = f(x[i]...);
}

/// f(p[i]...): what stands behind a float* is read and written, behind a const float* only read.
template <class F, class... P>
void update(Reference, long n, F f, P*... p) {
    for (long i = 0; i < n; ++i) f(p[i]...);
}

/// *result = the sum of f(x[i]...).
template <class F, class... In>
void sum(Reference, long n, F f, float* result, const In*... x) {
    double total = 0;
    for (long i = 0; i < n; ++i) total += static_cast<double>(f(x[i]...));
    *result = static_cast<float>(total);
}

/// sums[c] = the sum over the rows of x (rows, columns), added to what is there with `accumulate`.
template <class = void>
inline void column_sums(Reference, long rows, int columns, const float* x, float* sums, bool accumulate) {
    for (int column = 0; column < columns; ++column) {
        double total = accumulate ? static_cast<double>(sums[column]) : 0.0;
        for (long row = 0; row < rows; ++row) total += static_cast<double>(x[row * columns + column]);
        sums[column] = static_cast<float>(total);
    }
}

}  // namespace genotype::inline v0_1::kernels
