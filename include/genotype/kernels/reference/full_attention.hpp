// Full attention in plain loops, sums in double.
#pragma once

#include <algorithm>
#include <cmath>

#include "genotype/kernels/attention.hpp"
#include "genotype/kernels/device.hpp"

namespace genotype::inline v0_1::kernels {

namespace detail {

template <class = void>
inline double plain_product(int width, const float* left, const float* right) {
    double sum = 0;
    for (int i = 0; i < width; ++i) sum += static_cast<double>(left[i]) * static_cast<double>(right[i]);
    return sum;
}

template <class = void>
inline double full_score(const FullAttention& a, const float* query, long key, int head) {
    return plain_product(a.head_width, query, a.key(key, head)) / std::sqrt(static_cast<double>(a.head_width));
}

}  // namespace detail

/// Of `rows` rows of queries: y[row] = for each head softmax(query . keys / sqrt(head_width)) . values over all keys of
/// its group. y (rows, heads, head_width). log_sums (rows, heads): log of the sum of the exponentials of each query's
/// scores, or null where it is not requested.
template <class = void>
inline void full_attention(Reference, long rows, const FullAttention& a, float* log_sums, float* y) {
    for (long row = 0; row < rows; ++row) {
        const AttentionGroup group = a.groups.of_query(row);
        for (int head = 0; head < a.heads; ++head) {
            const float* const query = a.query(row, head);
            float* const to = y + row * a.width() + static_cast<long>(head) * a.head_width;
            double largest = -HUGE_VAL, sum = 0;
            const long first = group.first_key, end = first + group.keys;
            for (long key = first; key < end; ++key)
                largest = std::max(largest, detail::full_score(a, query, key, head));
            for (long key = first; key < end; ++key) sum += std::exp(detail::full_score(a, query, key, head) - largest);
            double values[widest_head] = {};
            for (long key = first; key < end; ++key) {
                const double share = std::exp(detail::full_score(a, query, key, head) - largest) / sum;
                for (int d = 0; d < a.head_width; ++d) values[d] += share * static_cast<double>(a.value(key, head)[d]);
            }
            for (int d = 0; d < a.head_width; ++d) to[d] = static_cast<float>(values[d]);
            if (log_sums) log_sums[row * a.heads + head] = static_cast<float>(largest + std::log(sum));
        }
    }
}

/// Backward, with y and log_sums of `full_attention`: gradients are written. key_rows: rows of keys. shifts: scratch,
/// (rows, heads).
template <class = void>
inline void full_attention_backward(Reference, long rows, long key_rows, const FullAttention& a, const float* y,
                                    const float* dy, const float* log_sums, const FullAttentionGradients& to, float*) {
    const int width = a.head_width;
    for (long row = 0; row < rows; ++row) std::fill_n(to.queries + row * a.query_pitch, a.width(), 0.0f);
    for (long row = 0; row < key_rows; ++row) {
        std::fill_n(to.keys + row * a.key_pitch, a.width(), 0.0f);
        std::fill_n(to.values + row * a.key_pitch, a.width(), 0.0f);
    }
    for (long row = 0; row < rows; ++row) {
        const AttentionGroup group = a.groups.of_query(row);
        for (int head = 0; head < a.heads; ++head) {
            const long at = row * a.width() + static_cast<long>(head) * width;
            const float* const query = a.query(row, head);
            float* const dquery = to.queries + (query - a.queries);
            const double shift = detail::plain_product(width, dy + at, y + at);
            for (long key = group.first_key; key < group.first_key + group.keys; ++key) {
                const double share = std::exp(detail::full_score(a, query, key, head) -
                                              static_cast<double>(log_sums[row * a.heads + head]));
                const double dshare = detail::plain_product(width, dy + at, a.value(key, head));
                const double dscore = share * (dshare - shift) / std::sqrt(static_cast<double>(width));
                float* const dkey = to.keys + (a.key(key, head) - a.keys);
                float* const dvalue = to.values + (a.value(key, head) - a.values);
                for (int d = 0; d < width; ++d) {
                    dquery[d] += static_cast<float>(dscore * static_cast<double>(a.key(key, head)[d]));
                    dkey[d] += static_cast<float>(dscore * static_cast<double>(query[d]));
                    dvalue[d] += static_cast<float>(share * static_cast<double>(dy[at + d]));
                }
            }
        }
    }
}

}  // namespace genotype::inline v0_1::kernels
