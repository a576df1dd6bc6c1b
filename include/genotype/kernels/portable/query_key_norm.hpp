// Root-mean-square norm of each head's queries and keys over thrust.
#pragma once

#include <cmath>

#include "genotype/kernels/portable/columns.hpp"
#include "genotype/kernels/query_key_norm.hpp"

namespace genotype::inline v0_1::kernels {

/// See the reference's.
template <class System>
void query_key_norm(Thrust<System> device, long rows, const AttentionSizes& sizes, const float* x,
                    const QueryKeyWeights& weights, float epsilon, float* inverses, float* y) {
    const long size = sizes.head_width;
    const int all = weights.all_heads(sizes), normed = weights.normed_heads(sizes);
    // Heads of values are groups too, whose sums nobody needs: one launch for the whole row.
    detail::sum_groups_then(
        device, rows * all, size, detail::Sums<1>{},
        [=] GENOTYPE_KERNEL(long group, long i) {
            const double value = static_cast<double>(x[group * size + i]);
            return detail::Sums<1>{{value * value}};
        },
        [=] GENOTYPE_KERNEL(long group, const detail::Sums<1>& squares) -> float {
            const double mean = squares.values[0] / static_cast<double>(size);
            const float inverse = static_cast<float>(1 / std::sqrt(mean + static_cast<double>(epsilon)));
            const long row = group / all, head = group % all;
            if (inverses && head < normed) inverses[row * normed + head] = inverse;
            return inverse;
        },
        size,
        [=] GENOTYPE_KERNEL(long group, long i, float inverse) {
            const float* const weight = weights.of(sizes, static_cast<int>(group % all));
            const float value = x[group * size + i];
            y[group * size + i] = weight ? value * inverse * weight[i] : value;
        });
}

namespace detail {

/// dweight (head_width) of `count` heads of each row, of which the first is `first`.
template <class System>
void query_key_gradient(Thrust<System> device, long rows, const AttentionSizes& sizes, int first, int count,
                        const float* x, const float* dy, const float* inverses, float* dweight, bool accumulate) {
    const long size = sizes.head_width;
    const int all = QueryKeyWeights::all_heads(sizes), normed = QueryKeyWeights::normed_heads(sizes);
    sum_whole_columns(
        device, rows * count, size, Sums<1>{},
        [=] GENOTYPE_KERNEL(long group, long i) {
            const long row = group / count, head = first + group % count, at = (row * all + head) * size + i;
            return Sums<1>{{static_cast<double>(dy[at]) * x[at] * inverses[row * normed + head]}};
        },
        [=] GENOTYPE_KERNEL(long i, const Sums<1>& products) {
            dweight[i] = static_cast<float>((accumulate ? dweight[i] : 0.0f) + products.values[0]);
        });
}

}  // namespace detail

/// See the reference's. dx may be neither x nor dy.
template <class System>
void query_key_norm_backward(Thrust<System> device, long rows, const AttentionSizes& sizes, const float* x,
                             const float* dy, const QueryKeyWeights& weights, const float* inverses, float* dx,
                             const QueryKeyGradients& gradients, bool accumulate) {
    const long size = sizes.head_width;
    const int all = weights.all_heads(sizes), normed = weights.normed_heads(sizes);
    if (dx)
        detail::sum_groups_then(
            device, rows * all, size, detail::Sums<1>{},
            [=] GENOTYPE_KERNEL(long group, long i) {
                const long row = group / all, head = group % all, at = group * size + i;
                const float* const weight = weights.of(sizes, static_cast<int>(head));
                if (!weight) return detail::Sums<1>{};
                return detail::Sums<1>{
                    {static_cast<double>(weight[i]) * dy[at] * x[at] * inverses[row * normed + head]}};
            },
            [=] GENOTYPE_KERNEL(long, const detail::Sums<1>& products) -> float {
                return static_cast<float>(products.values[0] / static_cast<double>(size));
            },
            size,
            [=] GENOTYPE_KERNEL(long group, long i, float mean) {
                const long row = group / all, head = group % all, at = group * size + i;
                const float* const weight = weights.of(sizes, static_cast<int>(head));
                if (!weight) {
                    dx[at] = dy[at];
                    return;
                }
                const float inverse = inverses[row * normed + head];
                dx[at] = inverse * (weight[i] * dy[at] - x[at] * inverse * mean);
            });
    if (!gradients.queries) return;
    detail::query_key_gradient(device, rows, sizes, 0, sizes.heads, x, dy, inverses, gradients.queries, accumulate);
    detail::query_key_gradient(device, rows, sizes, sizes.heads, sizes.key_value_heads, x, dy, inverses, gradients.keys,
                               accumulate);
}

}  // namespace genotype::inline v0_1::kernels
