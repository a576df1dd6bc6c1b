// Causal attention in plain loops, sums in double.
#pragma once

#include <algorithm>
#include <cmath>

#include "genotype/kernels/attention.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/kernels/sequences.hpp"
#include "genotype/memory/region.hpp"

namespace genotype::inline v0_1::kernels {

namespace detail {

/// The keys and values of one text, wherever they lie, `pitch` floats from position to position.
struct PlainText {
    const AttentionSizes& sizes;
    const SequenceRows& rows;
    int before;         // tokens before the batch's first
    const float* keys;  // of position 0
    long pitch;

    PlainText(const AttentionSizes& s, const Sequences& sequences, int index, const float* x, const float* cache)
        : sizes(s), rows(sequences.list[index]) {
        before = cache ? rows.position : 0;
        keys = cache ? cache + static_cast<long>(rows.slot) * sequences.context * s.session_floats()
                     : x + static_cast<long>(rows.row) * s.row_floats() + s.query_floats();
        pitch = cache ? s.session_floats() : s.row_floats();
    }
    const float* key(int position, int head) const {
        return keys + position * pitch + head / sizes.group() * sizes.head_width;
    }
    const float* value(int position, int head) const { return key(position, head) + sizes.key_floats(); }
    double score(const float* query, int position, int head) const {
        double sum = 0;
        for (int i = 0; i < sizes.head_width; ++i) sum += static_cast<double>(query[i]) * key(position, head)[i];
        return sum / std::sqrt(static_cast<double>(sizes.head_width));
    }
};

}  // namespace detail

/// Floats of scratch for `attention` and `attention_backward`.
constexpr MemoryExtent attention_scratch(Reference, const AttentionSizes&) {
    return {};
}
constexpr MemoryExtent attention_backward_scratch(Reference, const AttentionSizes&) {
    return {};
}

/// Of `rows` rows: y[row] = for each head softmax(query . keys / sqrt(head_width)) . values over the tokens of its text
/// up to its own. x (rows, row_floats), y (rows, query_floats). With a cache, [slot][position][session_floats], the
/// rows' keys and values are first stored at their positions there, and queries see all that is there before them;
/// without one each text begins with its first row. log_sums (rows, heads): log of the sum of the exponentials of each
/// query's scores, or null where they are not requested.
template <class = void>
inline void attention(Reference, long, const AttentionSizes& sizes, const Sequences& sequences, const float* x,
                      float* cache, float* log_sums, float* y, MemoryRegion) {
    for (int index = 0; index < sequences.count; ++index) {
        const detail::PlainText text(sizes, sequences, index, x, cache);
        for (int i = 0; i < text.rows.count; ++i) {
            const long row = text.rows.row + i;
            const int position = text.before + i;
            const float* const from = x + row * sizes.row_floats();
            if (cache)
                std::copy_n(from + sizes.query_floats(), sizes.session_floats(),
                            cache + (static_cast<long>(text.rows.slot) * sequences.context + position) *
                                        sizes.session_floats());
            for (int head = 0; head < sizes.heads; ++head) {
                const float* const query = from + head * sizes.head_width;
                float* const to = y + row * sizes.query_floats() + head * sizes.head_width;
                double largest = -HUGE_VAL, sum = 0;
                for (int key = 0; key <= position; ++key) largest = std::max(largest, text.score(query, key, head));
                for (int key = 0; key <= position; ++key) sum += std::exp(text.score(query, key, head) - largest);
                constexpr int block = 64;  // values that are summed together
                for (int first = 0; first < sizes.head_width; first += block) {
                    const int width = std::min(block, sizes.head_width - first);
                    double values[block] = {};
                    for (int key = 0; key <= position; ++key) {
                        const double share = std::exp(text.score(query, key, head) - largest) / sum;
                        for (int d = 0; d < width; ++d) values[d] += share * text.value(key, head)[first + d];
                    }
                    for (int d = 0; d < width; ++d) to[first + d] = static_cast<float>(values[d]);
                }
                if (log_sums) log_sums[row * sizes.heads + head] = static_cast<float>(largest + std::log(sum));
            }
        }
    }
}

/// Backward of `attention` without a cache, with its y and its log_sums.
template <class = void>
inline void attention_backward(Reference, long, const AttentionSizes& sizes, const Sequences& sequences, const float* x,
                               const float* y, const float* dy, const float* log_sums, float* dx, MemoryRegion) {
    const double scale = 1 / std::sqrt(static_cast<double>(sizes.head_width));
    for (int index = 0; index < sequences.count; ++index) {
        const detail::PlainText text(sizes, sequences, index, x, nullptr);
        const long first = text.rows.row;
        std::fill_n(dx + first * sizes.row_floats(), static_cast<long>(text.rows.count) * sizes.row_floats(), 0.0f);
        for (int i = 0; i < text.rows.count; ++i)
            for (int head = 0; head < sizes.heads; ++head) {
                const long at = (first + i) * sizes.query_floats() + head * sizes.head_width;
                const float* const query = x + (first + i) * sizes.row_floats() + head * sizes.head_width;
                float* const dquery = dx + (first + i) * sizes.row_floats() + head * sizes.head_width;
                double shift = 0;  // what the softmax's sum takes from each derivative
                for (int d = 0; d < sizes.head_width; ++d) shift += static_cast<double>(dy[at + d]) * y[at + d];
                for (int j = 0; j <= i; ++j) {
                    const double share =
                        std::exp(text.score(query, j, head) - log_sums[(first + i) * sizes.heads + head]);
                    float* const dkey = dx + (text.key(j, head) - x);
                    float* const dvalue = dkey + sizes.key_floats();
                    double derivative = 0;
                    for (int d = 0; d < sizes.head_width; ++d) {
                        derivative += static_cast<double>(dy[at + d]) * text.value(j, head)[d];
                        dvalue[d] += static_cast<float>(share * dy[at + d]);
                    }
                    const double dscore = share * (derivative - shift) * scale;
                    for (int d = 0; d < sizes.head_width; ++d) {
                        dquery[d] += static_cast<float>(dscore * text.key(j, head)[d]);
                        dkey[d] += static_cast<float>(dscore * query[d]);
                    }
                }
            }
    }
}

}  // namespace genotype::inline v0_1::kernels
