// Attention of texts of one new token each: the steps in which a text is written.
#pragma once

#include "genotype/kernels/cpu/attention/attention_call.hpp"
#include "genotype/kernels/cpu/attention/attention_few.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Parts of single queries' attention that are held at a time.
inline constexpr int attention_parts = 64;

constexpr long attention_part_floats(const AttentionSizes& sizes) {
    return sizes.group() * static_cast<long>(attention_pitch(sizes.head_width)) + 2L * attention_pitch(sizes.group());
}

/// Texts of one new token each, which have little to do but to read what the session remembers: threads share the
/// blocks of keys, and the parts are taken together in the order of the blocks.
struct SingleTokens {
    const AttentionCall& call;
    float* scratch;

    /// Whether a text is one of these. A group that is too large for one block of queries is none.
    template <class = void>
    static bool fits(const AttentionSizes& sizes, const SequenceRows& text) {
        return text.count == 1 && sizes.group() <= attention_rows(sizes.head_width);
    }

    QueryRange range(const SequenceRows& text) const {
        return {0, call.sizes.group(), call.sizes.group(), call.before(text)};
    }
    int blocks(const SequenceRows& text) const { return call.before(text) / attention_keys + 1; }
    int heads() const { return call.sizes.key_value_heads; }

    PartialSoftmax part(int index) const {
        float* const at = scratch + index * attention_part_floats(call.sizes);
        const int list = attention_pitch(call.sizes.group());
        return {at, at + list, at + 2 * list};
    }
    /// What the parts of a head came to so far.
    PartialSoftmax sum(int key_head) const { return part(attention_parts + key_head); }

    /// Tasks [first, end) are blocks of one text after the other, each for all heads. Called by all threads together.
    template <class = void>
    void run(int tasks) const {
        for (int first = 0; first < tasks; first += attention_parts) {
            const int end = std::min(tasks, first + attention_parts);
            if (first > 0) {
#pragma omp barrier
            }
#pragma omp for schedule(static)
            for (int task = first; task < end; ++task) attend(task, part(task - first));
#pragma omp for schedule(static) nowait
            for (int key_head = 0; key_head < heads(); ++key_head) merge(key_head, first, end);
        }
    }

  private:
    struct Task {
        const SequenceRows& text;
        int block, key_head;
    };
    Task locate(int task) const {
        int index = 0;
        for (;; ++index) {
            const SequenceRows& text = call.sequences.list[index];
            if (!fits(call.sizes, text)) continue;
            if (task < blocks(text) * heads()) return {text, task / heads(), task % heads()};
            task -= blocks(text) * heads();
        }
    }

    template <class = void>
    void attend(int task, const PartialSoftmax& to) const {
        alignas(64) float queries[attention_values + tile_rows * widest_head];
        const auto [text, block, key_head] = locate(task);
        call.load(text, key_head, range(text), queries);
        attend_token(range(text), queries, call.width(), call.keys_values(text, key_head), block * attention_keys, to);
    }

    template <class = void>
    void merge(int key_head, int first, int end) const {
        for (int task = first; task < end; ++task) {
            if (task % heads() != key_head) continue;
            const auto [text, block, same_head] = locate(task);
            const PartialSoftmax from = part(task - first), to = sum(key_head);
            if (block == 0)
                copy_floats(from.largest, attention_part_floats(call.sizes), to.largest);
            else
                merge_parts(0, call.sizes.group(), call.pitch(), to, from);
            if (block + 1 == blocks(text)) call.finish(text, key_head, range(text), to);
        }
    }
};

}  // namespace genotype::inline v0_1::kernels::detail
