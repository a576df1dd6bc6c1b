// Elementwise kernels: vectors within chunks of fixed size, chunks over threads.
#pragma once

#include "genotype/kernels/cpu/matmul/column_sums.hpp"
#include "genotype/kernels/cpu/simd/chunks.hpp"
#include "genotype/kernels/cpu/simd/ranges.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// y[i] = f(x[i]...). `y` may be one of `x`.
template <class F, class... In>
void map(Cpu, long n, F f, float* y, const In*... x) {
    detail::for_each_chunk(n, [&](long first, long count) { detail::map_range(f, count, y + first, (x + first)...); });
}

/// f(p[i]...): what stands behind a float* is read and written, behind a const float* only read.
template <class F, class... P>
void update(Cpu, long n, F f, P*... p) {
    detail::for_each_chunk(n, [&](long first, long count) { detail::update_range(f, count, (p + first)...); });
}

/// *result = the sum of f(x[i]...), as a tree whose form depends on n alone.
template <class F, class... In>
void sum(Cpu, long n, F f, float* result, const In*... x) {
    *result = static_cast<float>(
        detail::sum_of_parts(n, [&](long first, long count) { return detail::sum_range(f, count, (x + first)...); }));
}

}  // namespace genotype::inline v0_1::kernels
