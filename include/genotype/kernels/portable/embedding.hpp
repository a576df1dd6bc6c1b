// Rows of a table by their numbers over thrust.
#pragma once

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// Columns of a table's gradient that one call of a functor sums: the numbers of all rows are read for each.
inline constexpr int embedding_columns = 16;

}  // namespace detail

/// No packed form.
template <class System>
constexpr PackedForm<float> embedding_form(Thrust<System>, long, long) {
    return {};
}
template <class System>
void embedding_pack(Thrust<System>, long, long, const float*, float*) {}

/// See the reference's.
template <class System>
void embedding(Thrust<System> device, long rows, int width, const float* ids, ConvWeights weights, float* y) {
    const float* const table = weights.plain;
    detail::each_value(device, rows * width, [=] GENOTYPE_KERNEL(long i) mutable {
        y[i] = table[static_cast<long>(ids[i / width]) * width + i % width];
    });
}

/// See the reference's.
template <class System>
void embedding_gradient(Thrust<System> device, long rows, long vocabulary, int width, const float* ids, const float* dy,
                        float* gradient, bool accumulate) {
    constexpr int columns = detail::embedding_columns;
    const long blocks = (width + columns - 1) / columns;
    detail::each(device, vocabulary * blocks, [=] GENOTYPE_KERNEL(long task) mutable {
        const long id = task / blocks, first = task % blocks * columns;
        float* const to = gradient + id * width + first;
        float sums[columns];
        for (int i = 0; i < columns; ++i) sums[i] = accumulate && first + i < width ? to[i] : 0.0f;
        for (long row = 0; row < rows; ++row) {
            if (static_cast<long>(ids[row]) != id) continue;
            for (int i = 0; i < columns; ++i)
                if (first + i < width) sums[i] += dy[row * width + first + i];
        }
        for (int i = 0; i < columns; ++i)
            if (first + i < width) to[i] = sums[i];
    });
}

}  // namespace genotype::inline v0_1::kernels
