// The sides of products that are plain matrices, how a side's values lie, and where the products go.
#pragma once

#include "genotype/kernels/epilogue.hpp"
#include "genotype/kernels/portable/device.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Whether a side's values of neighbouring first indices lie together, side(i, j) beside side(i + 1, j), as
/// Side::first_together says; where it says nothing, those of the second do. A GPU's threads read by it.
template <class Side>
inline constexpr bool first_together = false;
template <class Side>
requires requires {
    Side::first_together;
}
inline constexpr bool first_together<Side> = Side::first_together;

/// A row-major matrix.
struct Matrix {
    const float* values;
    long columns;

    GENOTYPE_BOTH float operator()(long row, long column) const { return values[row * columns + column]; }
};

/// A row-major matrix's transpose.
struct TransposedMatrix {
    static constexpr bool first_together = true;

    const float* values;
    long rows;

    GENOTYPE_BOTH float operator()(long row, long column) const { return values[column * rows + row]; }
};

/// Writes a product's values with a bias for each column, or none, and what is done to them in the end.
template <class Function = NoActivation>
struct WithBias {
    const float* bias;
    long columns;
    float* to;
    Epilogue<Function> end{};

    GENOTYPE_BOTH void operator()(long row, long column, float sum) const {
        const long at = row * columns + column;
        to[at] = end(at, sum + (bias ? bias[column] : 0.0f));
    }
};

/// Writes or adds up the gradient of weights.
struct ToGradient {
    long columns;
    float* gradient;
    bool accumulate;

    GENOTYPE_BOTH void operator()(long row, long column, float sum) const {
        float& to = gradient[row * columns + column];
        to = accumulate ? to + sum : sum;
    }
};

/// Writes a product's values as a row-major matrix.
struct ToMatrix {
    long columns;
    float* to;

    GENOTYPE_BOTH void operator()(long row, long column, float sum) const { to[row * columns + column] = sum; }
};

}  // namespace genotype::inline v0_1::kernels::detail
