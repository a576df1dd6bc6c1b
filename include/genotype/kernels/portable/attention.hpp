// Causal attention over thrust, sums in double: one launch for all texts.
#pragma once

#include <cmath>

#include "genotype/kernels/portable/attention_text.hpp"
#include "genotype/memory/region.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// Values of a head that one call of a functor sums.
inline constexpr int attention_block = 64;

constexpr int attention_blocks(const AttentionSizes& sizes) {
    return (sizes.head_width + attention_block - 1) / attention_block;
}

/// For (row, head, block of values): what the row's query takes of the values, by softmax with the largest score so
/// far, key after key.
struct AttentionForward {
    AttentionOf call;

    GENOTYPE_BOTH void operator()(long task) const {
        const AttentionSizes& sizes = call.sizes;
        const int blocks = attention_blocks(sizes), head = static_cast<int>(task / blocks % sizes.heads);
        const int first = static_cast<int>(task % blocks) * attention_block, left = sizes.head_width - first;
        const int width = left < attention_block ? left : attention_block;
        const long row = task / blocks / sizes.heads;
        const AttentionText text = call.text_of_row(row);
        const long here = row - text.rows.row, last = text.before + here;
        if (call.remembers(head))
            for (int d = 0; d < width; ++d) call.remember(text, last, head, first + d);
        const float* const query = text.query(here, head);
        double largest = -HUGE_VAL, sum = 0, values[attention_block] = {};
        for (long key = 0; key <= last; ++key) {
            const double score = text.score(query, key, head);
            if (score > largest) {
                const double shrunk = std::exp(largest - score);
                sum *= shrunk;
                for (int d = 0; d < width; ++d) values[d] *= shrunk;
                largest = score;
            }
            const double share = std::exp(score - largest);
            const float* const value = text.value(key, head) + first;
            sum += share;
            for (int d = 0; d < width; ++d) values[d] += share * static_cast<double>(value[d]);
        }
        float* const to = call.y + row * sizes.query_floats() + static_cast<long>(head) * sizes.head_width + first;
        for (int d = 0; d < width; ++d) to[d] = static_cast<float>(values[d] / sum);
        if (call.log_sums && first == 0)
            call.log_sums[row * sizes.heads + head] = static_cast<float>(largest + std::log(sum));
    }
};

/// All heads of `rows` rows.
template <class System>
void attend(Thrust<System> device, long rows, const AttentionOf& call) {
    each(device, rows * call.sizes.heads * attention_blocks(call.sizes), AttentionForward{call});
}

}  // namespace detail
}  // namespace genotype::inline v0_1::kernels

#if defined(__CUDACC__)
#include "genotype/kernels/cuda/attention.hpp"  // declared before any kernel that calls it
#endif

namespace genotype::inline v0_1::kernels {

/// No scratch.
template <class System>
constexpr MemoryExtent attention_scratch(Thrust<System>, const AttentionSizes&) {
    return {};
}

/// See the reference's.
template <class System>
void attention(Thrust<System> device, long rows, const AttentionSizes& sizes, const Sequences& sequences,
               const float* x, float* cache, float* log_sums, float* y, MemoryRegion) {
    detail::attend(device, rows, {sizes, sequences, x, cache, log_sums, y});
}

}  // namespace genotype::inline v0_1::kernels
