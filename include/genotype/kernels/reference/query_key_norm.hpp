// Root-mean-square norm of each head's queries and keys in plain loops, sums in double.
#pragma once

#include <cmath>

#include "genotype/kernels/device.hpp"
#include "genotype/kernels/query_key_norm.hpp"

namespace genotype::inline v0_1::kernels {

/// y = x * inverse * weight of each query and each key, inverse = 1 / sqrt(mean(x^2) + epsilon) of a head's features;
/// values pass. x and y (rows, row_floats); inverses (rows, heads + key_value_heads), or null where they are not
/// requested.
template <class = void>
inline void query_key_norm(Reference, long rows, const AttentionSizes& sizes, const float* x,
                           const QueryKeyWeights& weights, float epsilon, float* inverses, float* y) {
    const int size = sizes.head_width, all = weights.all_heads(sizes), normed = weights.normed_heads(sizes);
    for (long row = 0; row < rows; ++row)
        for (int head = 0; head < all; ++head) {
            const float* const from = x + (row * all + head) * size;
            float* const to = y + (row * all + head) * size;
            const float* const weight = weights.of(sizes, head);
            double squares = 0;
            for (int i = 0; i < size; ++i) squares += static_cast<double>(from[i]) * from[i];
            const double inverse = 1 / std::sqrt(squares / size + static_cast<double>(epsilon));
            if (inverses && weight) inverses[row * normed + head] = static_cast<float>(inverse);
            for (int i = 0; i < size; ++i) to[i] = weight ? static_cast<float>(from[i] * inverse * weight[i]) : from[i];
        }
}

/// Backward with the inverses of forward. Null: dx, or both of `gradients`, which are written or added to.
template <class = void>
inline void query_key_norm_backward(Reference, long rows, const AttentionSizes& sizes, const float* x, const float* dy,
                                    const QueryKeyWeights& weights, const float* inverses, float* dx,
                                    const QueryKeyGradients& gradients, bool accumulate) {
    const int size = sizes.head_width, all = weights.all_heads(sizes), normed = weights.normed_heads(sizes);
    for (long row = 0; dx && row < rows; ++row)
        for (int head = 0; head < all; ++head) {
            const long at = (row * all + head) * size;
            const float* const weight = weights.of(sizes, head);
            const double inverse = weight ? inverses[row * normed + head] : 0.0f;
            double products = 0;
            for (int i = 0; weight && i < size; ++i)
                products += static_cast<double>(weight[i]) * dy[at + i] * x[at + i] * inverse / size;
            for (int i = 0; i < size; ++i)
                dx[at + i] = weight ? static_cast<float>(inverse * (static_cast<double>(weight[i]) * dy[at + i] -
                                                                    x[at + i] * inverse * products))
                                    : dy[at + i];
        }
    if (!gradients.queries) return;
    for (int i = 0; i < size; ++i) {
        double queries = accumulate ? gradients.queries[i] : 0.0f, keys = accumulate ? gradients.keys[i] : 0.0f;
        for (long row = 0; row < rows; ++row)
            for (int head = 0; head < normed; ++head) {
                const long at = (row * all + head) * size + i;
                (head < sizes.heads ? queries : keys) +=
                    static_cast<double>(dy[at]) * x[at] * inverses[row * normed + head];
            }
        gradients.queries[i] = static_cast<float>(queries);
        gradients.keys[i] = static_cast<float>(keys);
    }
}

}  // namespace genotype::inline v0_1::kernels
