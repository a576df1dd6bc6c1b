// Full attention over thrust, sums in double: what a value gathers is summed in one order.
#pragma once

#include <cmath>

#include "genotype/kernels/portable/attention.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// Some columns of a row's head: what one call of a functor makes.
struct HeadColumns {
    long row, first;
    int head, width;

    GENOTYPE_BOTH HeadColumns(const FullAttention& a, long task) {
        const long blocks = (a.head_width + attention_block - 1) / attention_block;
        head = static_cast<int>(task / blocks % a.heads);
        row = task / blocks / a.heads;
        first = task % blocks * attention_block;
        width = static_cast<int>(a.head_width - first < attention_block ? a.head_width - first : attention_block);
    }
    static long tasks(const FullAttention& a, long rows) {
        return rows * a.heads * ((a.head_width + attention_block - 1) / attention_block);
    }
};

GENOTYPE_BOTH inline double full_attention_score(const FullAttention& a, long row, long key, int head) {
    return dot(a.head_width, a.query(row, head), a.key(key, head)) / std::sqrt(static_cast<double>(a.head_width));
}

/// Softmax with the largest score so far, key after key.
struct FullAttentionForward {
    FullAttention a;
    float *log_sums, *y;

    GENOTYPE_BOTH void operator()(long task) const {
        const HeadColumns own(a, task);
        const AttentionGroup group = a.groups.of_query(own.row);
        double largest = -HUGE_VAL, sum = 0, values[attention_block] = {};
        for (long key = group.first_key; key < group.first_key + group.keys; ++key) {
            const double score = full_attention_score(a, own.row, key, own.head);
            if (score > largest) {
                const double shrunk = std::exp(largest - score);
                sum *= shrunk;
                for (int d = 0; d < own.width; ++d) values[d] *= shrunk;
                largest = score;
            }
            const double share = std::exp(score - largest);
            const float* const value = a.value(key, own.head) + own.first;
            sum += share;
            for (int d = 0; d < own.width; ++d) values[d] += share * static_cast<double>(value[d]);
        }
        float* const to = y + own.row * a.width() + static_cast<long>(own.head) * a.head_width + own.first;
        for (int d = 0; d < own.width; ++d) to[d] = static_cast<float>(values[d] / sum);
        if (log_sums && own.first == 0)
            log_sums[own.row * a.heads + own.head] = static_cast<float>(largest + std::log(sum));
    }
};

struct FullAttentionBackward {
    FullAttention a;
    const float *dy, *log_sums, *shifts;
    FullAttentionGradients to;

    struct Score {
        double share, gradient;
    };
    GENOTYPE_BOTH const float* dy_of(long row, int head) const {
        return dy + row * a.width() + static_cast<long>(head) * a.head_width;
    }
    /// The share that a query gives a key, and the gradient by their product.
    GENOTYPE_BOTH Score score(long row, long key, int head) const {
        const long at = row * a.heads + head;
        const double share = std::exp(full_attention_score(a, row, key, head) - static_cast<double>(log_sums[at]));
        const double of_share = dot(a.head_width, dy_of(row, head), a.value(key, head));
        return {share,
                share * (of_share - static_cast<double>(shifts[at])) / std::sqrt(static_cast<double>(a.head_width))};
    }
};

struct FullQueryGradient {
    FullAttentionBackward call;

    GENOTYPE_BOTH void operator()(long task) const {
        const FullAttention& a = call.a;
        const HeadColumns own(a, task);
        const AttentionGroup group = a.groups.of_query(own.row);
        double sums[attention_block] = {};
        for (long key = group.first_key; key < group.first_key + group.keys; ++key) {
            const double gradient = call.score(own.row, key, own.head).gradient;
            const float* const values = a.key(key, own.head) + own.first;
            for (int d = 0; d < own.width; ++d) sums[d] += gradient * static_cast<double>(values[d]);
        }
        float* const to = call.to.queries + (a.query(own.row, own.head) - a.queries) + own.first;
        for (int d = 0; d < own.width; ++d) to[d] = static_cast<float>(sums[d]);
    }
};

/// Of a row of keys and values.
struct FullKeyGradient {
    FullAttentionBackward call;

    GENOTYPE_BOTH void operator()(long task) const {
        const FullAttention& a = call.a;
        const HeadColumns own(a, task);
        const AttentionGroup group = a.groups.of_key(own.row);
        double keys[attention_block] = {}, values[attention_block] = {};
        for (long row = group.first_query; row < group.first_query + group.queries; ++row) {
            const FullAttentionBackward::Score score = call.score(row, own.row, own.head);
            const float* const query = a.query(row, own.head) + own.first;
            const float* const dy = call.dy_of(row, own.head) + own.first;
            for (int d = 0; d < own.width; ++d) {
                keys[d] += score.gradient * static_cast<double>(query[d]);
                values[d] += score.share * static_cast<double>(dy[d]);
            }
        }
        const long place = own.row * a.key_pitch + static_cast<long>(own.head) * a.head_width + own.first;
        for (int d = 0; d < own.width; ++d) call.to.keys[place + d] = static_cast<float>(keys[d]);
        for (int d = 0; d < own.width; ++d) call.to.values[place + d] = static_cast<float>(values[d]);
    }
};

}  // namespace detail

/// See the reference's.
template <class System>
void full_attention(Thrust<System> device, long rows, const FullAttention& attention, float* log_sums, float* y) {
    detail::each(device, detail::HeadColumns::tasks(attention, rows),
                 detail::FullAttentionForward{attention, log_sums, y});
}

/// See the reference's.
template <class System>
void full_attention_backward(Thrust<System> device, long rows, long key_rows, const FullAttention& attention,
                             const float* y, const float* dy, const float* log_sums, const FullAttentionGradients& to,
                             float* shifts) {
    const int width = attention.head_width;
    detail::each(device, rows * attention.heads, [=] GENOTYPE_KERNEL(long i) mutable {
        shifts[i] = static_cast<float>(detail::dot(width, dy + i * width, y + i * width));
    });
    const detail::FullAttentionBackward call{attention, dy, log_sums, shifts, to};
    detail::each(device, detail::HeadColumns::tasks(attention, rows), detail::FullQueryGradient{call});
    detail::each(device, detail::HeadColumns::tasks(attention, key_rows), detail::FullKeyGradient{call});
}

}  // namespace genotype::inline v0_1::kernels
