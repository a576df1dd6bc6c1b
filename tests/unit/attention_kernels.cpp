// Attention's kernels: the fast ones against the plain ones on both sides of each block's limit; a row's bits depend on
// its position alone.
#include <doctest/doctest.h>

#include <algorithm>

#include "genotype/kernels/cpu/attention/attention.hpp"
#include "genotype/kernels/cpu/attention/attention_backward.hpp"
#include "genotype/kernels/cpu/attention/full_attention.hpp"
#include "genotype/kernels/cpu/attention/full_attention_backward.hpp"
#include "genotype/kernels/reference/attention.hpp"
#include "genotype/kernels/reference/full_attention.hpp"
#include "support/full_attention_runs.hpp"
#include "support/sizes.hpp"

using namespace genotype;
using genotype_test::has_fewer_sizes, genotype_test::sized_for_sanitizers;
using namespace kernel_test;

namespace {

using Texts = std::vector<kernels::SequenceRows>;

/// Texts of so many rows, one after the other, each from its begin and in a slot of its own.
Texts texts_of(const std::vector<int>& counts) {
    Texts texts;
    int row = 0;
    for (const int count : counts) {
        texts.push_back({.row = row, .count = count, .position = 0, .slot = static_cast<int>(texts.size())});
        row += count;
    }
    return texts;
}

int rows_in(const Texts& texts) {
    return texts.back().row + texts.back().count;
}

struct Outcome {
    Array y, log_sums, cache;
};

template <class Device>
Array gradient(Device device, const kernels::AttentionSizes& sizes, const Texts& texts, const Array& x,
               const Outcome& forward, const Array& dy) {
    const long rows = rows_in(texts);
    Array dx = unwritten(rows * sizes.row_floats());
    const MemoryExtent size = attention_backward_scratch(device, sizes);
    Array scratch = unwritten(size.floats(rows));
    attention_backward(device, rows, sizes, {texts.data(), static_cast<int>(texts.size()), 0, false}, x.data(),
                       forward.y.data(), dy.data(), forward.log_sums.data(), dx.data(),
                       {scratch.data(), scratch.data() + size.per_sample * rows, rows});
    return dx;
}

template <class Device>
Outcome run(Device device, const kernels::AttentionSizes& sizes, const Texts& texts, const Array& x, const Array* cache,
            int context = 0) {
    const long rows = rows_in(texts);
    Outcome out{unwritten(rows * sizes.query_floats()), unwritten(rows * sizes.heads), cache ? *cache : Array{}};
    Array scratch = unwritten(attention_scratch(device, sizes).fixed);
    attention(device, rows, sizes, {texts.data(), static_cast<int>(texts.size()), context, false}, x.data(),
              cache ? out.cache.data() : nullptr, out.log_sums.data(), out.y.data(), {nullptr, scratch.data(), rows});
    return out;
}

Array rows_of(const kernels::AttentionSizes& sizes, long rows, unsigned seed) {
    return random_array(rows * sizes.row_floats(), seed);
}

Array part(const Array& rows, long width, long first, long count) {
    return {rows.begin() + first * width, rows.begin() + (first + count) * width};
}

void append(Array& to, const Array& more) {
    to.insert(to.end(), more.begin(), more.end());
}

// Under sanitizers wide heads are as few as make a group of them.
const kernels::AttentionSizes heads_table[] = {{1, 1, 1},
                                               {1, 1, 3},
                                               {2, 1, 17},
                                               {4, 2, 5},
                                               {has_fewer_sizes ? 1 : 3, has_fewer_sizes ? 1 : 3, 32},
                                               {has_fewer_sizes ? 3 : 9, has_fewer_sizes ? 1 : 3, 64},
                                               {has_fewer_sizes ? 2 : 5, 1, 40},
                                               {has_fewer_sizes ? 1 : 4, 1, 128},
                                               {1, 1, 256}};

}  // namespace

TEST_CASE("attention agrees with the plain loops, for every number of threads") {
    // A block of keys is 256 of them, 128 in the gradient, and one of queries at most 8 tiles of at most 14.
    const std::vector<std::vector<int>> table{{1}, {2}, {15, 1, 17}, {113, 129}, {37, 40}, {255, 1}, {257, 1, 20}};
    unsigned seed = 0;
    for (const kernels::AttentionSizes& sizes : heads_table)
        for (const auto& counts : table) {
            // Under sanitizers wide heads have the texts that reach beyond every block, and no others. The numbers are
            // those of all cases, because the limits below are close to what these come to.
            if (has_fewer_sizes && sizes.heads * sizes.head_width > 20 && counts.size() < 3) {
                seed += 2;
                continue;
            }
            CAPTURE(sizes.heads);
            CAPTURE(sizes.head_width);
            CAPTURE(counts.size());
            CAPTURE(counts[0]);
            const Texts texts = texts_of(counts);
            const Array x = rows_of(sizes, rows_in(texts), ++seed);
            const Outcome wanted = run(Reference{}, sizes, texts, x, nullptr);
            const Outcome found = with_threads(1, [&] { return run(Cpu{}, sizes, texts, x, nullptr); });
            CHECK(difference(found.y, wanted.y) < 2e-6);
            CHECK(difference(found.log_sums, wanted.log_sums, 8) < 1e-6);
            const Array dy = random_array(rows_in(texts) * sizes.query_floats(), ++seed);
            const auto back = [&] { return gradient(Cpu{}, sizes, texts, x, found, dy); };
            const Array dx = with_threads(1, back);
            CHECK(difference(dx, gradient(Reference{}, sizes, texts, x, found, dy), 8) < 3e-6);
            for (const int threads : sized_for_sanitizers<int>({2, 3}, {3})) {
                const Outcome again = with_threads(threads, [&] { return run(Cpu{}, sizes, texts, x, nullptr); });
                CHECK(same_bits(dx, with_threads(threads, back)));
                CHECK(same_bits(found.y, again.y));
                CHECK(same_bits(found.log_sums, again.log_sums));
            }
        }
}

TEST_CASE("a text alone, without a session, has the bits that it has among others") {
    const kernels::AttentionSizes sizes{6, 2, 24};
    const Texts texts = texts_of({70, 1, 300, 13});
    const Array x = rows_of(sizes, rows_in(texts), 5);
    const Outcome together = run(Cpu{}, sizes, texts, x, nullptr);
    for (const kernels::SequenceRows& text : texts) {
        const Outcome alone =
            run(Cpu{}, sizes, texts_of({text.count}), part(x, sizes.row_floats(), text.row, text.count), nullptr);
        CHECK(same_bits(alone.y, part(together.y, sizes.query_floats(), text.row, text.count)));
    }
}

TEST_CASE("a text in pieces has the bits that it has whole") {
    // A long piece goes over two blocks' limits, and under sanitizers over one.
    constexpr int long_piece = has_fewer_sizes ? 260 : 500, context = 600 + long_piece, slots = 3;
    for (const kernels::AttentionSizes& sizes : sized_for_sanitizers<kernels::AttentionSizes>(
             {{3, 1, 64}, {4, 4, 20}, {20, 1, 8}}, {{3, 1, 16}, {2, 2, 20}})) {
        CAPTURE(sizes.heads);
        const Array x = rows_of(sizes, context, 7), other = rows_of(sizes, 40, 8);
        const Array empty = unwritten(static_cast<long>(slots) * context * sizes.session_floats());
        const Texts whole{{.row = 0, .count = context, .position = 0, .slot = 1}};
        const Outcome wanted = run(Cpu{}, sizes, whole, x, &empty, context);
        CHECK(same_bits(run(Cpu{}, sizes, texts_of({context}), x, nullptr).y, wanted.y));
        Array cache = empty, y;
        // Single tokens at both sides of the blocks' limits, and pieces across them; another text beside each.
        int position = 0, turn = 0;
        for (const int count : {1, 1, 30, 1, 222, 1, 1, 1, 1, 253, 1, 1, 1, long_piece, 8, 1, 1, 67, 1, 7}) {
            const bool before = turn % 2 == 0;
            const Texts both{{.row = 0,
                              .count = before ? 2 : count,
                              .position = before ? 2 * turn : position,
                              .slot = before ? 0 : 2},
                             {.row = before ? 2 : count,
                              .count = before ? count : 2,
                              .position = before ? position : 2 * turn,
                              .slot = before ? 2 : 0}};
            const Array ours = part(x, sizes.row_floats(), position, count);
            const Array theirs = part(other, sizes.row_floats(), 2 * turn, 2);
            Array rows = before ? theirs : ours;
            append(rows, before ? ours : theirs);
            const Outcome piece = run(Cpu{}, sizes, both, rows, &cache, context);
            append(y, part(piece.y, sizes.query_floats(), before ? 2 : 0, count));
            cache = piece.cache;
            position += count;
            ++turn;
        }
        REQUIRE(position == context);
        CHECK(same_bits(y, wanted.y));
        const long slot = static_cast<long>(context) * sizes.session_floats();
        CHECK(same_bits(part(cache, slot, 2, 1), part(wanted.cache, slot, 1, 1)));
        CHECK(same_bits(part(wanted.cache, slot, 2, 1), part(empty, slot, 2, 1)));
        Array stored = empty;
        for (int at = 0; at < context; ++at)
            std::copy_n(x.begin() + at * sizes.row_floats() + sizes.query_floats(), sizes.session_floats(),
                        stored.begin() + slot + at * sizes.session_floats());
        CHECK(same_bits(stored, wanted.cache));
        // The plain loops take long: each fifth row, which comes to every place in a tile and in a block.
        Texts fifths;
        Array their_rows, their_y;
        for (int at = 0; at < context; at += 5) {
            fifths.push_back({.row = at / 5, .count = 1, .position = at, .slot = 1});
            append(their_rows, part(x, sizes.row_floats(), at, 1));
            append(their_y, part(y, sizes.query_floats(), at, 1));
        }
        CHECK(difference(their_y, run(Reference{}, sizes, fifths, their_rows, &stored, context).y) < 2e-6);
    }
}

TEST_CASE("many texts of one new token each") {
    constexpr int context = 600, slots = 70;
    const kernels::AttentionSizes sizes{6, 3, 16};
    const Array cache = random_array(static_cast<long>(slots) * context * sizes.session_floats(), 3);
    Texts texts;
    for (int row = 0; row < slots; ++row)
        texts.push_back({.row = row, .count = 1, .position = row * 8 + row % 5, .slot = slots - 1 - row});
    const Array x = rows_of(sizes, slots, 4);
    const Outcome wanted = run(Reference{}, sizes, texts, x, &cache, context);
    const auto fast = [&] { return run(Cpu{}, sizes, texts, x, &cache, context); };
    const Outcome found = with_threads(1, fast);
    CHECK(difference(found.y, wanted.y) < 2e-6);
    CHECK(same_bits(found.cache, wanted.cache));
    CHECK(same_bits(found.y, with_threads(2, fast).y));
    CHECK(same_bits(found.y, with_threads(3, fast).y));
    for (const int row : {0, 31, 69}) {
        Texts alone{texts[static_cast<unsigned long>(row)]};
        alone[0].row = 0;
        CHECK(same_bits(run(Cpu{}, sizes, alone, part(x, sizes.row_floats(), row, 1), &cache, context).y,
                        part(found.y, sizes.query_floats(), row, 1)));
    }
}

TEST_CASE("scores of any size do not overflow, and one key may take all") {
    const kernels::AttentionSizes sizes{1, 1, 4};
    auto check = [&](auto device) {
        // Keys of 100, -100 and 101 times the query's direction.
        const Array x{1e3f, 0, 0, 0, 100, 0, 0,    0, 1, 2, 3,   4, 1e3f, 0, 0, 0, -100, 0,
                      0,    0, 5, 6, 7,   8, 1e3f, 0, 0, 0, 101, 0, 0,    0, 9, 8, 7,    6};
        const Outcome out = run(device, sizes, texts_of({3}), x, nullptr);
        CHECK(out.y == Array{1, 2, 3, 4, 1, 2, 3, 4, 9, 8, 7, 6});
        CHECK(out.log_sums == Array{5e4f, 5e4f, 50500});
    };
    check(Cpu{});
    check(Reference{});
}

TEST_CASE("issue 18.9: full attention agrees with the plain loops, for every number of threads") {
    for (const FullCase& one : full_cases(sized_for_sanitizers<std::pair<int, int>>(
             {{1, 1}, {2, 17}, {3, 32}, {1, 40}, {2, 128}, {1, 256}}, {{1, 1}, {2, 17}, {1, 40}}))) {
        INFO(one.words);
        const FullOutcome wanted = one.run(Reference{});
        const FullOutcome found = with_threads(1, [&] { return one.run(Cpu{}); });
        CHECK(difference(found.y, wanted.y) < 2e-6);
        CHECK(difference(found.log_sums, wanted.log_sums, 8) < 1e-6);
        CHECK(difference(found.gradients, wanted.gradients, 8) < 3e-6);
        for (const int threads : sized_for_sanitizers<int>({2, 3}, {3})) {
            const FullOutcome again = with_threads(threads, [&] { return one.run(Cpu{}); });
            CHECK(same_bits(again.y, found.y));
            CHECK(same_bits(again.log_sums, found.log_sums));
            CHECK(same_bits(again.gradients, found.gradients));
        }
    }
}

TEST_CASE("issue 18.9: the last token of a text has the same bits from causal as from full attention") {
    const kernels::AttentionSizes sizes{2, 2, 24};
    const Texts texts = texts_of({700});
    const Array x = rows_of(sizes, 700, 5);
    const Outcome causal = run(Cpu{}, sizes, texts, x, nullptr);
    kernels::FullAttention all{.heads = 2, .head_width = 24, .groups = {.count = 1, .queries = 700, .keys = 700}};
    all.queries = x.data();
    all.keys = x.data() + sizes.query_floats();
    all.values = all.keys + sizes.key_floats();
    all.query_pitch = all.key_pitch = sizes.row_floats();
    Array y = unwritten(700L * sizes.query_floats());
    full_attention(Cpu{}, 700, all, nullptr, y.data());
    CHECK(same_bits(part(y, sizes.query_floats(), 699, 1), part(causal.y, sizes.query_floats(), 699, 1)));
}
