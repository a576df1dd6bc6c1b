// Softmax and negative log-likelihood in one: rows over threads, classes in vectors.
#pragma once

#include <algorithm>
#include <cmath>

#include "genotype/kernels/cpu/simd/chunks.hpp"
#include "genotype/kernels/cpu/simd/ranges.hpp"
#include "genotype/kernels/cross_entropy.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

namespace detail {

template <class = void>
inline float largest_of(long n, const float* x) {
    float largest = x[0];
    long i = 0;
    if (n >= vector_size) {
        Vector columns = Vector::load_unaligned(x);
        for (i = vector_size; i + vector_size <= n; i += vector_size)
            columns = max(columns, Vector::load_unaligned(x + i));
        Tail each;
        columns.store_aligned(each.values);
        largest = *std::max_element(each.values, each.values + vector_size);
    }
    for (; i < n; ++i) largest = std::max(largest, x[i]);
    return largest;
}

}  // namespace detail

/// value = scale * sum over the rows of -log softmax(logits)[target]; gradient (rows, classes) by the logits, which it
/// may lie over. Either may be null. Throws `Error` where a target is no class.
template <class = void>
inline void cross_entropy(Cpu, long rows, int classes, const float* logits, const int* targets, float scale,
                          float* value, float* gradient) {
    detail::check_targets(rows, classes, targets);
    const double total = detail::sum_of_parts(
        rows,
        [&](long first, long count) {
            double losses = 0;
            for (long row = first; row < first + count; ++row) {
                const float* x = logits + row * classes;
                const float largest = detail::largest_of(classes, x);
                const double exps = detail::sum_range(detail::ShiftedExp{largest}, classes, x);
                losses += std::log(exps) - static_cast<double>(x[targets[row]] - largest);
                if (!gradient) continue;
                float* derivative = gradient + row * classes;
                const float factor = static_cast<float>(static_cast<double>(scale) / exps);
                detail::map_range(detail::ScaledSoftmax{largest, factor}, classes, derivative, x);
                derivative[targets[row]] -= scale;
            }
            return losses;
        },
        1, classes);
    if (value) *value = static_cast<float>(static_cast<double>(scale) * total);
}

}  // namespace genotype::inline v0_1::kernels
