// The tangent of full attention, and its backward, from one source for all devices.
//
// With S = s Q K^T, P = softmax(S) and O = P V of a head, s = 1 / root of the head's width, the derivatives along tQ,
// tK, tV are
//     tS = s (tQ K^T + Q tK^T),   tP = P o (tS - c),   tO = tP V + P tV,   where c = rows' sums of P o tS.
// Of a function with the gradients g by O and r by tO, with B = r V^T and C = g V^T + r tV^T,
//     dtS = P o (B - b),                  b = rows' sums of P o B
//     D = C + B o (tS - c) - b tS         the gradient by P
//     dS = P o (D - e),                   e = rows' sums of P o D
//     dQ = s (dS K + dtS tK),   dK = s (dS^T Q + dtS^T tQ),   dV = P^T g + tP^T r
//     dtQ = s dtS K,            dtK = s dtS^T Q,              dtV = P^T r.
// No matrix of scores is kept: what belongs to a query and a key is worked out anew where it is needed.
#pragma once

#include <cmath>

#include "genotype/kernels/attention.hpp"
#include "genotype/shape/both.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// A query's c, b and e.
struct AttentionMoments {
    float c, b, e;
};
static_assert(sizeof(AttentionMoments) == attention_moments * sizeof(float));

/// What a call reads: attention with its tangent, and where backward runs the gradients by what comes out.
struct AttentionArrays {
    FullAttention a, t;     // t: the tangents of queries, keys and values
    const float* log_sums;  // of `full_attention`
    const float *g, *r;
    AttentionMoments* moments;

    /// What belongs to one query and one key of a head.
    struct Pair {
        double share, along, b, c;  // P, tS, B, C
    };

    GENOTYPE_BOTH double dot(const float* left, const float* right) const {
        double sum = 0;
        for (int i = 0; i < a.head_width; ++i) sum += static_cast<double>(left[i]) * static_cast<double>(right[i]);
        return sum;
    }
    GENOTYPE_BOTH double scale() const { return 1 / std::sqrt(static_cast<double>(a.head_width)); }
    GENOTYPE_BOTH long place(long row, int head) const {
        return row * a.width() + static_cast<long>(head) * a.head_width;
    }
    GENOTYPE_BOTH Pair pair(long row, long key, int head, bool with_gradients) const {
        const float *const query = a.query(row, head), *const at = a.key(key, head);
        const double score = scale() * dot(query, at);
        Pair pair{std::exp(score - static_cast<double>(log_sums[row * a.heads + head])),
                  scale() * (dot(t.query(row, head), at) + dot(query, t.key(key, head))), 0, 0};
        if (with_gradients) {
            pair.b = dot(r + place(row, head), a.value(key, head));
            pair.c = dot(g + place(row, head), a.value(key, head)) + dot(r + place(row, head), t.value(key, head));
        }
        return pair;
    }
    GENOTYPE_BOTH double dscore(const Pair& pair, const AttentionMoments& m) const {
        const double c = static_cast<double>(m.c), b = static_cast<double>(m.b), e = static_cast<double>(m.e);
        return pair.share * (pair.c + pair.b * (pair.along - c) - b * pair.along - e);
    }
};

/// Writes tO of one query and head.
struct AttentionTangent : AttentionArrays {
    const float* y;
    float* ty;

    GENOTYPE_BOTH void operator()(long task) const {
        const long row = task / a.heads;
        const int head = static_cast<int>(task % a.heads);
        const AttentionGroup group = a.groups.of_query(row);
        const long first = group.first_key, end = first + group.keys;
        double c = 0;
        for (long key = first; key < end; ++key) {
            const Pair of = pair(row, key, head, false);
            c += of.share * of.along;
        }
        float* const to = ty + place(row, head);
        for (int i = 0; i < a.head_width; ++i) to[i] = static_cast<float>(-c) * y[place(row, head) + i];
        for (long key = first; key < end; ++key) {
            const Pair of = pair(row, key, head, false);
            const float share = static_cast<float>(of.share), along = static_cast<float>(of.share * of.along);
            const float *const value = a.value(key, head), *const tvalue = t.value(key, head);
            for (int i = 0; i < a.head_width; ++i) to[i] += along * value[i] + share * tvalue[i];
        }
    }
};

/// Makes the moments of one query and head.
struct FindAttentionMoments : AttentionArrays {
    GENOTYPE_BOTH void operator()(long task) const {
        const long row = task / a.heads;
        const int head = static_cast<int>(task % a.heads);
        const AttentionGroup group = a.groups.of_query(row);
        double c = 0, b = 0, sum = 0;
        for (long key = group.first_key; key < static_cast<long>(group.first_key) + group.keys; ++key) {
            const Pair of = pair(row, key, head, true);
            c += of.share * of.along;
            b += of.share * of.b;
            sum += of.share * (of.c + of.b * of.along);
        }
        moments[task] = {static_cast<float>(c), static_cast<float>(b), static_cast<float>(sum - 2 * b * c)};
    }
};

/// Writes the gradients by one query of a head and by its tangent.
struct AttentionTangentQueryGradient : AttentionArrays {
    float *dqueries, *dtqueries;

    GENOTYPE_BOTH void operator()(long task) const {
        const long row = task / a.heads;
        const int head = static_cast<int>(task % a.heads);
        const AttentionGroup group = a.groups.of_query(row);
        const AttentionMoments m = moments[task];
        const long offset = row * a.query_pitch + static_cast<long>(head) * a.head_width;
        float *const to = dqueries + offset, *const tto = dtqueries + offset;
        for (int i = 0; i < a.head_width; ++i) to[i] = tto[i] = 0;
        for (long key = group.first_key; key < static_cast<long>(group.first_key) + group.keys; ++key) {
            const Pair of = pair(row, key, head, true);
            const float ds = static_cast<float>(scale() * dscore(of, m));
            const float dts = static_cast<float>(scale() * of.share * (of.b - static_cast<double>(m.b)));
            const float *const at = a.key(key, head), *const tat = t.key(key, head);
            for (int i = 0; i < a.head_width; ++i) {
                to[i] += ds * at[i] + dts * tat[i];
                tto[i] += dts * at[i];
            }
        }
    }
};

/// Writes those by one key and one value of a head and by their tangents.
struct AttentionTangentKeyGradient : AttentionArrays {
    FullAttentionGradients by, by_tangent;

    GENOTYPE_BOTH void operator()(long task) const {
        const long key = task / a.heads;
        const int head = static_cast<int>(task % a.heads);
        const AttentionGroup group = a.groups.of_key(key);
        const long offset = key * a.key_pitch + static_cast<long>(head) * a.head_width;
        float *const dkey = by.keys + offset, *const dvalue = by.values + offset;
        float *const dtkey = by_tangent.keys + offset, *const dtvalue = by_tangent.values + offset;
        for (int i = 0; i < a.head_width; ++i) dkey[i] = dvalue[i] = dtkey[i] = dtvalue[i] = 0;
        for (long row = group.first_query; row < static_cast<long>(group.first_query) + group.queries; ++row) {
            const AttentionMoments m = moments[row * a.heads + head];
            const Pair of = pair(row, key, head, true);
            const float ds = static_cast<float>(scale() * dscore(of, m));
            const float dts = static_cast<float>(scale() * of.share * (of.b - static_cast<double>(m.b)));
            const float share = static_cast<float>(of.share);
            const float along = static_cast<float>(of.share * (of.along - static_cast<double>(m.c)));
            const float *const query = a.query(row, head), *const tquery = t.query(row, head);
            const float *const by_o = g + place(row, head), *const by_to = r + place(row, head);
            for (int i = 0; i < a.head_width; ++i) {
                dkey[i] += ds * query[i] + dts * tquery[i];
                dtkey[i] += dts * query[i];
                dvalue[i] += share * by_o[i] + along * by_to[i];
                dtvalue[i] += share * by_to[i];
            }
        }
    }
};

}  // namespace detail

/// ty (rows, heads, head_width): the derivative of `full_attention`'s y along the tangents `t` of queries, keys and
/// values, which lie as those of `a` do.
template <class Device>
void attention_tangent(Device device, long rows, const FullAttention& a, const FullAttention& t, const float* log_sums,
                       const float* y, float* ty) {
    for_each_index(device, rows * a.heads,
                   detail::AttentionTangent{{a, t, log_sums, nullptr, nullptr, nullptr}, y, ty});
}

/// The backward of y and ty, with the gradients dy and dty: those by queries, keys and values, and by their tangents,
/// are written. moments: scratch, (rows, heads, attention_moments).
template <class Device>
void attention_tangent_backward(Device device, long rows, long key_rows, const FullAttention& a, const FullAttention& t,
                                const float* log_sums, const float* dy, const float* dty, float* moments,
                                const FullAttentionGradients& by, const FullAttentionGradients& by_tangent) {
    const detail::AttentionArrays arrays{a, t, log_sums, dy, dty, reinterpret_cast<detail::AttentionMoments*>(moments)};
    for_each_index(device, rows * a.heads, detail::FindAttentionMoments{arrays});
    for_each_index(device, rows * a.heads,
                   detail::AttentionTangentQueryGradient{arrays, by.queries, by_tangent.queries});
    for_each_index(device, key_rows * a.heads, detail::AttentionTangentKeyGradient{arrays, by, by_tangent});
}

}  // namespace genotype::inline v0_1::kernels
