// What the threads of a GPU's block do for attention and its gradients, run by threads of the processor.
#include "genotype/kernels/portable/block_attention.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "genotype/kernels/portable/block_attention_backward.hpp"
#include "genotype/kernels/reference/attention.hpp"
#include "support/gpu_block.hpp"
#include "support/kernel_arrays.hpp"

using namespace genotype;
using namespace kernel_test;
using namespace gpu_block;

TEST_CASE("Blocks attend to any number of keys, in the batch and in the session") {
    constexpr int threads = 32, context = 80;
    // Of two texts the session has 1 and 40 tokens.
    const std::vector<kernels::SequenceRows> before{{.row = 0, .count = 40, .position = 0, .slot = 1},
                                                    {.row = 40, .count = 1, .position = 0, .slot = 0}};
    const std::vector<kernels::SequenceRows> now{{.row = 0, .count = 1, .position = 1, .slot = 0},
                                                 {.row = 1, .count = 2, .position = 40, .slot = 1},
                                                 {.row = 3, .count = 1, .position = 0, .slot = 2}};
    // Threads without a column, as many columns as threads, and parts of the keys for each column.
    for (const kernels::AttentionSizes sizes : {kernels::AttentionSizes{2, 1, 17}, {1, 1, 32}, {2, 2, 16}, {1, 1, 3}}) {
        CAPTURE(sizes.head_width);
        Array wanted_cache(static_cast<unsigned long>(3 * context * sizes.session_floats()));
        const auto plain = [&](const std::vector<kernels::SequenceRows>& texts, const Array& x, Array& log_sums) {
            const long rows = texts.back().row + texts.back().count;
            Array y = unwritten(rows * sizes.query_floats());
            log_sums = unwritten(rows * sizes.heads);
            attention(Reference{}, rows, sizes, {texts.data(), static_cast<int>(texts.size()), context, false},
                      x.data(), wanted_cache.data(), log_sums.data(), y.data(), {});
            return y;
        };
        Array wanted_sums;
        plain(before, random_array(41L * sizes.row_floats(), 1), wanted_sums);
        const Array x = random_array(4L * sizes.row_floats(), 2);
        Array cache = wanted_cache;
        const Array wanted = plain(now, x, wanted_sums);
        Array y = unwritten(4L * sizes.query_floats()), log_sums = unwritten(4L * sizes.heads);
        const kernels::detail::AttentionOf call{
            sizes, {now.data(), 3, context, false}, x.data(), cache.data(), log_sums.data(), y.data()};
        kernels::detail::AttentionBlock<threads> shared;
        run_block(threads, [&](Block block) {
            for (long row = 0; row < 4; ++row)
                for (int head = 0; head < sizes.heads; ++head)
                    kernels::detail::attend_block(block, shared, call, row, head);
        });
        CHECK(difference(y, wanted) < 1e-6);
        CHECK(difference(log_sums, wanted_sums, 8) < 1e-6);
        CHECK(same_bits(cache, wanted_cache));
    }
}

TEST_CASE("Blocks make the gradients of attention") {
    constexpr int threads = 32;
    constexpr long rows = 39;
    const kernels::SequenceRows list[] = {{.row = 0, .count = 3}, {.row = 3, .count = 36}};
    const kernels::Sequences texts{list, 2, 0, false};
    for (const kernels::AttentionSizes sizes : {kernels::AttentionSizes{2, 1, 17}, {1, 1, 32}, {2, 2, 16}, {1, 1, 3}}) {
        CAPTURE(sizes.head_width);
        const Array x = random_array(rows * sizes.row_floats(), 1), dy = random_array(rows * sizes.query_floats(), 2);
        Array y = unwritten(rows * sizes.query_floats()), log_sums = unwritten(rows * sizes.heads), shifts;
        attention(Reference{}, rows, sizes, texts, x.data(), nullptr, log_sums.data(), y.data(), {});
        Array wanted = unwritten(rows * sizes.row_floats());
        attention_backward(Reference{}, rows, sizes, texts, x.data(), y.data(), dy.data(), log_sums.data(),
                           wanted.data(), {});
        const auto width = static_cast<unsigned long>(sizes.head_width);
        for (unsigned long at = 0; at < y.size(); at += width)
            shifts.push_back(static_cast<float>(kernels::detail::dot(sizes.head_width, &dy[at], &y[at])));
        Array dx = wanted;
        const kernels::detail::AttentionBackward call{sizes,           texts,         x.data(), dy.data(),
                                                      log_sums.data(), shifts.data(), dx.data()};
        // Keys that many queries see, queries that see many keys, and a text's last row.
        const long some[] = {0, 2, 3, 34, 38};
        for (const long row : some) std::fill_n(dx.begin() + row * sizes.row_floats(), sizes.row_floats(), 1e9f);
        kernels::detail::AttentionGradientBlock<threads> shared;
        run_block(threads, [&](Block block) {
            for (const long row : some) {
                for (int head = 0; head < sizes.heads; ++head)
                    kernels::detail::attend_query_gradient(block, shared, call, row, head);
                for (int group = 0; group < sizes.key_value_heads; ++group)
                    kernels::detail::attend_key_gradient(block, shared, call, row, group);
            }
        });
        CHECK(difference(dx, wanted, 8) < 1e-6);
    }
}
