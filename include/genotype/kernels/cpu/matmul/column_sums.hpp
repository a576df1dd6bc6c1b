// Sums over the rows of a matrix, as a tree whose form depends on its sizes alone.
#pragma once

#include <algorithm>

#include "genotype/kernels/cpu/simd/chunks.hpp"
#include "genotype/kernels/cpu/simd/unroll.hpp"
#include "genotype/kernels/cpu/simd/vector.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

namespace detail {

/// Columns that are summed together, their partial sums side by side on the stack.
inline constexpr int sum_columns = 256;

/// Adds the sums of `rows` rows, `stride` apart, of Count vectors of columns to `sums`.
template <int Count>
void add_rows(long rows, long stride, const float* x, float* sums) {
    ArrayOf<Vector, Count> total;
    for (Vector& each : total) each = Vector(0.f);
    for (long row = 0; row < rows; ++row)
        for (int v = 0; v < Count; ++v)
            total[v] = total[v] + Vector::load_unaligned(x + row * stride + v * vector_size);
    for (int v = 0; v < Count; ++v) {
        float* to = sums + v * vector_size;
        (Vector::load_unaligned(to) + total[v]).store_unaligned(to);
    }
}

/// sums[c] = the sum of `rows` rows, `stride` apart, of x.
template <class = void>
inline void sum_rows(long rows, long stride, int columns, const float* x, float* sums) {
    constexpr long block = 64;  // rows that are added in one go before their sum is added to the others'
    constexpr int step = static_cast<int>(vector_size);
    std::fill(sums, sums + columns, 0.f);
    for (long row = 0; row < rows; row += block) {
        const long count = std::min(block, rows - row);
        const float* from = x + row * stride;
        int column = 0;
        for (; column + 4 * step <= columns; column += 4 * step)
            add_rows<4>(count, stride, from + column, sums + column);
        for (; column + step <= columns; column += step) add_rows<1>(count, stride, from + column, sums + column);
        for (; column < columns; ++column) {
            float total = 0;
            for (long r = 0; r < count; ++r) total += from[r * stride + column];
            sums[column] += total;
        }
    }
}

}  // namespace detail

/// sums[c] = the sum over the rows of x (rows, columns), added to what is there with `accumulate`.
template <class = void>
inline void column_sums(Cpu, long rows, int columns, const float* x, float* sums, bool accumulate) {
    constexpr long most_parts = 16;
    // Narrow rows are taken several at a time as one wide row, whose sums are then folded.
    const int fold = columns <= 32 && rows >= 64 ? 128 / columns : 1;
    const long wide_rows = rows / fold;
    const int wide_columns = columns * fold;
    const long part = std::max(64L, (wide_rows + most_parts - 1) / most_parts);
    const long parts = (wide_rows + part - 1) / part;
    [[maybe_unused]] const bool large = rows * columns >= detail::parallel_values;
    auto finish = [&](int first, int width, const float(*partial)[detail::sum_columns]) {
        for (int c = 0; c < width / fold; ++c) {
            double total = accumulate ? static_cast<double>(sums[first + c]) : 0.0;
            for (long p = 0; p < parts; ++p)
                for (int f = 0; f < fold; ++f) total += static_cast<double>(partial[p][f * columns + c]);
            for (long row = wide_rows * fold; row < rows; ++row)
                total += static_cast<double>(x[row * columns + first + c]);
            sums[first + c] = static_cast<float>(total);
        }
    };
    // Threads share the rows where there are enough of them, otherwise the columns. A parallel region within another
    // one would start new threads each time, even where the outer one has a single thread.
    if (parts == 1) {
#pragma omp parallel for schedule(static) if (large)
        for (int first = 0; first < wide_columns; first += detail::sum_columns) {
            const int width = std::min(detail::sum_columns, wide_columns - first);
            float partial[1][detail::sum_columns];
            detail::sum_rows(wide_rows, wide_columns, width, x + first, partial[0]);
            finish(first, width, partial);
        }
        return;
    }
    for (int first = 0; first < wide_columns; first += detail::sum_columns) {
        const int width = std::min(detail::sum_columns, wide_columns - first);
        float partial[most_parts][detail::sum_columns];
#pragma omp parallel for schedule(static) if (large)
        for (long p = 0; p < parts; ++p)
            detail::sum_rows(std::min(part, wide_rows - p * part), wide_columns, width,
                             x + p * part * wide_columns + first, partial[p]);
        finish(first, width, partial);
    }
}

}  // namespace genotype::inline v0_1::kernels
