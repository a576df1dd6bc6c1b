// Products with, and rows of, a matrix in a file's form, as plain loops: the oracle of the tests.
#pragma once

#include <vector>

#include "genotype/kernels/device.hpp"
#include "genotype/kernels/stored_matrix.hpp"

namespace genotype::inline v0_1::kernels {

/// y = x W^T + bias for `batch` rows of x. The bias may be null.
template <class = void>
inline void stored_product(Reference, const StoredMatrix& weights, int batch, const float* x, const float* bias,
                           float* y) {
    std::vector<float> row(static_cast<std::size_t>(weights.columns));
    for (int output = 0; output < weights.rows; ++output) {
        detail::dequantize_values(detail::stored_row(weights, output), weights.columns, row.data());
        for (long sample = 0; sample < batch; ++sample) {
            const float* values = x + sample * weights.columns;
            double sum = bias ? static_cast<double>(bias[output]) : 0.0;
            for (std::size_t i = 0; i < row.size(); ++i)
                sum += static_cast<double>(values[i]) * static_cast<double>(row[i]);
            y[sample * weights.rows + output] = static_cast<float>(sum);
        }
    }
}

/// Row i of y is row ids[i] of the matrix.
template <class = void>
inline void stored_rows(Reference, const StoredMatrix& weights, int count, const float* ids, float* y) {
    for (long i = 0; i < count; ++i)
        detail::dequantize_values(detail::stored_row(weights, static_cast<long>(ids[i])), weights.columns,
                                  y + i * weights.columns);
}

}  // namespace genotype::inline v0_1::kernels
