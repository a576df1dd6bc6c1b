// Rows of a table by their numbers: rows, and for the gradient columns, are shared out to threads.
#pragma once

#include <algorithm>

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/cpu/simd/chunks.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

/// The form of a table (vocabulary, width) that this device reads instead of the plain one: it has none.
constexpr PackedForm<float> embedding_form(Cpu, long, long) {
    return {};
}
template <class = void>
inline void embedding_pack(Cpu, long, long, const float*, float*) {}

/// y[row] = weights[ids[row]], of a table (vocabulary, width). ids: whole numbers from 0 to vocabulary - 1.
template <class = void>
inline void embedding(Cpu, long rows, int width, const float* ids, ConvWeights weights, float* y) {
#pragma omp parallel for schedule(static) if (rows * width >= detail::parallel_values)
    for (long row = 0; row < rows; ++row)
        std::copy_n(weights.plain + static_cast<long>(ids[row]) * width, width, y + row * width);
}

/// gradient[ids[row]] += dy[row], row after row; without `accumulate` from a table (vocabulary, width) of zeros.
template <class = void>
inline void embedding_gradient(Cpu, long rows, long vocabulary, int width, const float* ids, const float* dy,
                               float* gradient, bool accumulate) {
    if (!accumulate)
        detail::for_each_chunk(vocabulary * width,
                               [&](long first, long count) { std::fill_n(gradient + first, count, 0.0f); });
    constexpr int block = 64;  // columns of a thread
#pragma omp parallel for schedule(static) if (rows * width >= detail::parallel_values)
    for (int start = 0; start < width; start += block) {
        const int length = std::min(block, width - start);
        for (long row = 0; row < rows; ++row) {
            const float* const from = dy + row * width + start;
            float* const to = gradient + static_cast<long>(ids[row]) * width + start;
            for (int column = 0; column < length; ++column) to[column] += from[column];
        }
    }
}

}  // namespace genotype::inline v0_1::kernels
