// Root-mean-square norm of each head's queries and keys on the processor: rows, and for the weights' gradients columns,
// are shared out to threads.
#pragma once

#include <algorithm>
#include <cmath>

#include "genotype/kernels/cpu/norm/normalization_layer.hpp"
#include "genotype/kernels/cpu/simd/chunks.hpp"
#include "genotype/kernels/cpu/simd/lanes.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/query_key_norm.hpp"

namespace genotype::inline v0_1::kernels {

/// y = x * inverse * weight of each query and each key, inverse = 1 / sqrt(mean(x^2) + epsilon) of a head's features;
/// values pass. x and y (rows, row_floats); inverses (rows, heads + key_value_heads), or null where they are not
/// requested.
template <class = void>
inline void query_key_norm(Cpu, long rows, const AttentionSizes& sizes, const float* x, const QueryKeyWeights& weights,
                           float epsilon, float* inverses, float* y) {
    const long size = sizes.head_width;
    const float share = 1 / static_cast<float>(size);
    const int all = weights.all_heads(sizes), normed = weights.normed_heads(sizes);
#pragma omp parallel for schedule(static) if (rows * sizes.row_floats() >= detail::parallel_values)
    for (long row = 0; row < rows; ++row)
        for (int head = 0; head < all; ++head) {
            const float* const from = x + (row * all + head) * size;
            float* const to = y + (row * all + head) * size;
            const float* const weight = weights.of(sizes, head);
            if (!weight) {
                std::copy(from, from + size, to);
                continue;
            }
            const float squares = detail::sum_over_row(size, [&](long at, auto part) {
                const Vector value = part.load(from + at);
                return value * value;
            });
            const float inverse = 1 / std::sqrt(squares * share + epsilon);
            if (inverses) inverses[row * normed + head] = inverse;
            detail::for_each_vector(size, [&](long at, auto part) {
                part.store(part.load(from + at) * Vector(inverse) * part.load(weight + at), to + at);
            });
        }
}

namespace detail {

/// The gradient by the input of one head.
template <class = void>
void query_key_input_gradient(long size, const float* x, const float* dy, const float* weight, float factor,
                              float* dx) {
    const Vector inverse(factor);
    const float products = sum_over_row(size, [&](long at, auto part) {
        return part.load(weight + at) * part.load(dy + at) * (part.load(x + at) * inverse);
    });
    const Vector mean(products / static_cast<float>(size));
    for_each_vector(size, [&](long at, auto part) {
        const Vector derivative = part.load(weight + at) * part.load(dy + at);
        part.store(inverse * xsimd::fnma(part.load(x + at) * inverse, mean, derivative), dx + at);
    });
}

}  // namespace detail

/// Backward with the inverses of forward. Null: dx, or both of `gradients`, which are written or added to.
template <class = void>
inline void query_key_norm_backward(Cpu, long rows, const AttentionSizes& sizes, const float* x, const float* dy,
                                    const QueryKeyWeights& weights, const float* inverses, float* dx,
                                    const QueryKeyGradients& gradients, bool accumulate) {
    const long size = sizes.head_width;
    const int all = weights.all_heads(sizes), normed = weights.normed_heads(sizes);
    if (dx) {
#pragma omp parallel for schedule(static) if (rows * sizes.row_floats() >= detail::parallel_values)
        for (long row = 0; row < rows; ++row)
            for (int head = 0; head < all; ++head) {
                const long at = (row * all + head) * size;
                if (const float* const weight = weights.of(sizes, head))
                    detail::query_key_input_gradient(size, x + at, dy + at, weight, inverses[row * normed + head],
                                                     dx + at);
                else
                    std::copy(dy + at, dy + at + size, dx + at);
            }
    }
    if (!gradients.queries) return;
    constexpr long block = 16;  // columns of a thread, a cache line
    const long blocks = (size + block - 1) / block;
#pragma omp parallel for schedule(static) if (rows * sizes.row_floats() >= detail::parallel_values)
    for (long chunk = 0; chunk < blocks; ++chunk) {
        const long start = chunk * block, length = std::min(block, size - start);
        if (!accumulate)
            for (float* const sums : {gradients.queries, gradients.keys}) std::fill_n(sums + start, length, 0.0f);
        for (long row = 0; row < rows; ++row)
            for (int head = 0; head < normed; ++head) {
                float* const sums = gradients.of(sizes, head) + start;
                const long first = (row * all + head) * size + start;
                const Vector inverse(inverses[row * normed + head]);
                detail::for_each_vector(length, [&](long at, auto part) {
                    part.store(xsimd::fma(part.load(dy + first + at), part.load(x + first + at) * inverse,
                                          part.load(sums + at)),
                               sums + at);
                });
            }
    }
}

}  // namespace genotype::inline v0_1::kernels
