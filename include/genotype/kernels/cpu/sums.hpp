// Sums over an array and over rows, as a tree whose form depends on the sizes alone.
#pragma once

#include <algorithm>

#include "genotype/kernels/cpu/chunks.hpp"
#include "genotype/kernels/cpu/vector.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype {

namespace detail {

/// Parts that a sum is split into at most: their partial sums lie on the stack.
inline constexpr long sum_parts = 64;

/// The sum of f over [first, last): 512 values at a time in vectors of floats, these in double.
template <class F, class... In>
double sum_range(const F& f, long first, long last, const In*... x) {
    constexpr long block = std::max(512L, vector_size);
    double total = 0;
    long i = first;
    while (i + vector_size <= last) {
        const long end = std::min(last, i + block);
        Vector sums(0.f);
        for (; i + vector_size <= end; i += vector_size) sums = sums + f(Vector::load_unaligned(x + i)...);
        alignas(64) float lanes[static_cast<unsigned long>(vector_size)];
        sums.store_aligned(lanes);
        for (const float lane : lanes) total += static_cast<double>(lane);
    }
    if (i < last) {
        Tail tail;
        Vector(f(Vector::load_aligned(Tail(x + i, last - i).values)...)).store_aligned(tail.values);
        for (long lane = 0; lane < last - i; ++lane) total += static_cast<double>(tail.values[lane]);
    }
    return total;
}

/// Columns that are summed together, the rows' parts beside each other on the stack.
inline constexpr int sum_columns = 256;

/// Adds rows [first, last) of columns [0, columns) of x, whose rows are `stride` apart, up in `sums`.
inline void sum_rows(long first, long last, long stride, int columns, const float* x, float* sums) {
    constexpr long block = 64;  // rows that are added in one go before their sum is added to the others
    const int vectors = columns / static_cast<int>(vector_size) * static_cast<int>(vector_size);
    std::fill(sums, sums + columns, 0.f);
    for (long row = first; row < last; row += block) {
        const long end = std::min(last, row + block);
        for (int column = 0; column < vectors; column += static_cast<int>(vector_size)) {
            Vector total(0.f);
            for (long r = row; r < end; ++r) total = total + Vector::load_unaligned(x + r * stride + column);
            (Vector::load_unaligned(sums + column) + total).store_unaligned(sums + column);
        }
        for (int column = vectors; column < columns; ++column) {
            float total = 0;
            for (long r = row; r < end; ++r) total += x[r * stride + column];
            sums[column] += total;
        }
    }
}

}  // namespace detail

/// *result = the sum of f(x[i]...).
template <class F, class... In>
void sum(Cpu, long n, F f, float* result, const In*... x) {
    const long chunks = (n + detail::chunk_values - 1) / detail::chunk_values;
    const long part = (chunks + detail::sum_parts - 1) / detail::sum_parts * detail::chunk_values;
    const long parts = part ? (n + part - 1) / part : 0;
    double partial[detail::sum_parts];
#pragma omp parallel for schedule(static) if (n >= detail::parallel_values)
    for (long p = 0; p < parts; ++p) partial[p] = detail::sum_range(f, p * part, std::min(n, (p + 1) * part), x...);
    double total = 0;
    for (long p = 0; p < parts; ++p) total += partial[p];
    *result = static_cast<float>(total);
}

/// sums[c] = the sum over the rows of x (rows, columns), added to what is there with `accumulate`.
inline void column_sums(Cpu, long rows, int columns, const float* x, float* sums, bool accumulate) {
    constexpr long parts = 16;
    const long part = std::max(64L, (rows + parts - 1) / parts);
    const long used = (rows + part - 1) / part;
    for (int column = 0; column < columns; column += detail::sum_columns) {
        const int width = std::min(detail::sum_columns, columns - column);
        float partial[parts][detail::sum_columns];
#pragma omp parallel for schedule(static) if (rows * width >= detail::parallel_values)
        for (long p = 0; p < used; ++p)
            detail::sum_rows(p * part, std::min(rows, (p + 1) * part), columns, width, x + column, partial[p]);
        for (int c = 0; c < width; ++c) {
            double total = accumulate ? static_cast<double>(sums[column + c]) : 0.0;
            for (long p = 0; p < used; ++p) total += static_cast<double>(partial[p][c]);
            sums[column + c] = static_cast<float>(total);
        }
    }
}

}  // namespace genotype
