// Causal attention on the processor: blocks of queries against blocks of keys, whose products are register tiles.
#pragma once

#include "genotype/kernels/cpu/attention/attention_call.hpp"
#include "genotype/kernels/cpu/attention/attention_single.hpp"
#include "genotype/kernels/device.hpp"
#include "genotype/memory/region.hpp"

namespace genotype::inline v0_1::kernels {

/// Floats of scratch for `attention`.
constexpr MemoryExtent attention_scratch(Cpu, const AttentionSizes& sizes) {
    return {0, (detail::attention_parts + sizes.key_value_heads) * detail::attention_part_floats(sizes)};
}

/// See the reference's.
template <class = void>
inline void attention(Cpu, long, const AttentionSizes& sizes, const Sequences& sequences, const float* x, float* cache,
                      float* log_sums, float* y, MemoryRegion scratch) {
    const detail::AttentionCall call{sizes, sequences, x, cache, log_sums, y};
    const int rows = detail::attention_rows(sizes.head_width);
    const detail::SingleTokens singles{call, scratch.fixed};
    const auto tasks_of = [&](const SequenceRows& text) {
        return singles.fits(sizes, text) ? 0 : (call.queries(text) + rows - 1) / rows * sizes.key_value_heads;
    };
    int tasks = 0, tokens = 0, single_tasks = 0;
    double work = 0;
    for (int index = 0; index < sequences.count; ++index) {
        const SequenceRows& text = sequences.list[index];
        tasks += tasks_of(text);
        if (singles.fits(sizes, text)) single_tasks += singles.blocks(text) * sizes.key_value_heads;
        tokens += text.count;
        work += static_cast<double>(text.count) * (call.before(text) + text.count) * sizes.query_floats();
    }
    if (cache && tokens == 1) call.remember(0);  // which spares the threads one wait for each other
#pragma omp parallel if (work > detail::worth_threads / 32)
    {
        if (cache && tokens > 1) {
#pragma omp for schedule(static)
            for (int row = 0; row < tokens; ++row) call.remember(row);
        }
#pragma omp for schedule(dynamic) nowait
        for (int task = 0; task < tasks; ++task) {
            int index = 0, local = task;
            for (; local >= tasks_of(sequences.list[index]); ++index) local -= tasks_of(sequences.list[index]);
            const SequenceRows& text = sequences.list[index];
            const int blocks = tasks_of(text) / sizes.key_value_heads;
            const int first = (blocks - 1 - local / sizes.key_value_heads) * rows;  // the longest first
            call.attend(text, local % sizes.key_value_heads,
                        {first, std::min(rows, call.queries(text) - first), sizes.group(), call.before(text)});
        }
        singles.run(single_tasks);
    }
}

}  // namespace genotype::inline v0_1::kernels
