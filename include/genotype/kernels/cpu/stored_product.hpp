// Products with, and rows of, a matrix in a file's form on the processor.
#pragma once

#include <algorithm>

#include "genotype/kernels/cpu/tile.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/stored_matrix.hpp"

namespace genotype {

/// y = x W^T + bias for `batch` rows of x. The bias may be null.
inline void stored_product(Cpu, const StoredMatrix& weights, int batch, const float* x, const float* bias, float* y) {
    constexpr long chunk = 1024;
    const double work = std::max(batch, 8) * static_cast<double>(weights.rows) * weights.columns;
#pragma omp parallel for schedule(static) if (work > detail::worth_threads)
    for (int output = 0; output < weights.rows; ++output) {
        float values[chunk];
        const detail::StoredRow row = detail::stored_row(weights, output);
        for (long sample = 0; sample < batch; ++sample) y[sample * weights.rows + output] = bias ? bias[output] : 0.0f;
        for (long begin = 0; begin < weights.columns; begin += chunk) {
            const long count = std::min(chunk, weights.columns - begin);
            detail::dequantize_values({row.data + stored_row_bytes(row.type, static_cast<int>(begin)), row.type}, count,
                                      values);
            for (long sample = 0; sample < batch; ++sample) {
                float sum = 0;
                for (long i = 0; i < count; ++i) sum += values[i] * x[sample * weights.columns + begin + i];
                y[sample * weights.rows + output] += sum;
            }
        }
    }
}

/// Row i of y is row ids[i] of the matrix.
inline void stored_rows(Cpu, const StoredMatrix& weights, int count, const float* ids, float* y) {
    for (long i = 0; i < count; ++i)
        detail::dequantize_values(detail::stored_row(weights, static_cast<long>(ids[i])), weights.columns,
                                  y + i * weights.columns);
}

}  // namespace genotype
