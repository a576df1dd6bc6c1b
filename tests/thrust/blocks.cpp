// What the threads of a GPU's block do for sums, products and attention, run by threads of the processor.
#include <doctest/doctest.h>

#include <algorithm>
#include <barrier>
#include <memory>
#include <thread>
#include <vector>

#include "genotype/kernels/reference/attention.hpp"
#include "genotype/kernels/thrust/block_attention.hpp"
#include "genotype/kernels/thrust/block_attention_backward.hpp"
#include "genotype/kernels/thrust/block_product.hpp"
#include "genotype/kernels/thrust/block_sums.hpp"
#include "genotype/kernels/thrust/each.hpp"
#include "support/kernel_arrays.hpp"

namespace {

using namespace genotype;
using namespace kernel_test;

class Block {
  public:
    Block(int thread, int threads, std::barrier<>& barrier) : thread_(thread), threads_(threads), barrier_(&barrier) {}

    int thread() const { return thread_; }
    int threads() const { return threads_; }
    void sync() const { barrier_->arrive_and_wait(); }

  private:
    int thread_, threads_;
    std::barrier<>* barrier_;
};

/// work(block) by each thread of a block.
template <class Work>
void run_block(int threads, Work work) {
    std::barrier<> barrier(threads);
    std::vector<std::jthread> running;
    for (int thread = 0; thread < threads; ++thread)
        running.emplace_back([&, thread] { work(Block(thread, threads, barrier)); });
}

/// Where a product goes; counts what is stored outside of it.
struct Result {
    long rows, columns;
    Array values = unwritten(rows * columns);
    long outside = 0;

    void store(long row, long column, float value) {
        if (row < 0 || row >= rows || column < 0 || column >= columns)
            ++outside;
        else
            values[static_cast<unsigned long>(row * columns + column)] = value;
    }
};

}  // namespace

TEST_CASE("A block sums every group of any length") {
    CHECK(detail::summing_threads(0, 8, 48 * 1024) == 32);
    CHECK(detail::summing_threads(33, 8, 48 * 1024) == 64);
    CHECK(detail::summing_threads(1 << 20, 8, 48 * 1024) == 1024);
    CHECK(detail::summing_threads(1 << 20, 256, 48 * 1024) == 128);
    const long groups = 3;
    for (const long length : {0, 1, 31, 32, 33, 100, 257}) {
        CAPTURE(length);
        using Sum = detail::Sums<2>;
        std::vector<Sum> sums(64), finished(groups);
        run_block(length < 100 ? 32 : 64, [&](Block block) {
            auto value = [](long group, long i) {
                return Sum{{static_cast<double>(group + 1), static_cast<double>(i * group)}};
            };
            auto finish = [&](long group, const Sum& sum) { finished[static_cast<unsigned long>(group)] = sum; };
            for (long group = 0; group < groups; ++group)
                detail::sum_group(block, sums.data(), group, length, Sum{}, value, finish);
        });
        for (long group = 0; group < groups; ++group) {
            const Sum& sum = finished[static_cast<unsigned long>(group)];
            CHECK(sum.values[0] == static_cast<double>(length * (group + 1)));
            CHECK(sum.values[1] == static_cast<double>(group * length * (length - 1) / 2));
        }
    }
}

TEST_CASE("Blocks multiply products of all sizes around a tile's") {
    struct Sizes {
        long rows, terms, columns;
    };
    for (const Sizes size : {Sizes{1, 1, 1}, {64, 16, 64}, {65, 17, 63}, {63, 33, 65}, {5, 0, 70}}) {
        CAPTURE(size.rows);
        CAPTURE(size.terms);
        CAPTURE(size.columns);
        const Array left = random_array(size.rows * size.terms + 1, 1),
                    right = random_array(size.terms * size.columns + 1, 2);
        Result wanted{size.rows, size.columns}, found{size.rows, size.columns};
        for (long row = 0; row < size.rows; ++row)
            for (long column = 0; column < size.columns; ++column) {
                double sum = 0;
                for (long k = 0; k < size.terms; ++k)
                    sum += static_cast<double>(left[static_cast<unsigned long>(row * size.terms + k)]) *
                           static_cast<double>(right[static_cast<unsigned long>(k * size.columns + column)]);
                wanted.store(row, column, static_cast<float>(sum));
            }
        using Tile = detail::ProductTile;
        const auto tile = std::make_unique<Tile>();
        for (long row = 0; row < size.rows; row += Tile::rows)
            for (long column = 0; column < size.columns; column += Tile::columns)
                run_block(Tile::threads, [&](Block block) {
                    // at() throws where a functor is asked for what is not there.
                    auto at_left = [&](long i, long k) {
                        return left.at(static_cast<unsigned long>(i * size.terms + k));
                    };
                    auto at_right = [&](long k, long j) {
                        return right.at(static_cast<unsigned long>(k * size.columns + j));
                    };
                    auto store = [&](long i, long j, float value) { found.store(i, j, value); };
                    detail::multiply_tile(block, *tile, row, column, size.rows, size.terms, size.columns, at_left,
                                          at_right, store);
                });
        CHECK(found.outside == 0);
        CHECK(difference(wanted.values, found.values) < 1e-5);
    }
}

TEST_CASE("Blocks attend to any number of keys, in the batch and in the session") {
    constexpr int threads = 32, context = 80;
    // Of two texts the session has 1 and 40 tokens.
    const std::vector<SequenceRows> before{{.row = 0, .count = 40, .position = 0, .slot = 1},
                                           {.row = 40, .count = 1, .position = 0, .slot = 0}};
    const std::vector<SequenceRows> now{{.row = 0, .count = 1, .position = 1, .slot = 0},
                                        {.row = 1, .count = 2, .position = 40, .slot = 1},
                                        {.row = 3, .count = 1, .position = 0, .slot = 2}};
    // Threads without a column, as many columns as threads, and parts of the keys for each column.
    for (const AttentionSizes sizes : {AttentionSizes{2, 1, 17}, {1, 1, 32}, {2, 2, 16}, {1, 1, 3}}) {
        CAPTURE(sizes.head_width);
        Array wanted_cache(static_cast<unsigned long>(3 * context * sizes.session_floats()));
        const auto plain = [&](const std::vector<SequenceRows>& texts, const Array& x, Array& log_sums) {
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
        const detail::AttentionOf call{
            sizes, {now.data(), 3, context, false}, x.data(), cache.data(), log_sums.data(), y.data()};
        detail::AttentionBlock<threads> shared;
        run_block(threads, [&](Block block) {
            for (long row = 0; row < 4; ++row)
                for (int head = 0; head < sizes.heads; ++head) detail::attend_block(block, shared, call, row, head);
        });
        CHECK(difference(y, wanted) < 1e-6);
        CHECK(difference(log_sums, wanted_sums, 8) < 1e-6);
        CHECK(same_bits(cache, wanted_cache));
    }
}

TEST_CASE("Blocks make the gradients of attention") {
    constexpr int threads = 32;
    constexpr long rows = 39;
    const SequenceRows list[] = {{.row = 0, .count = 3}, {.row = 3, .count = 36}};
    const Sequences texts{list, 2, 0, false};
    for (const AttentionSizes sizes : {AttentionSizes{2, 1, 17}, {1, 1, 32}, {2, 2, 16}, {1, 1, 3}}) {
        CAPTURE(sizes.head_width);
        const Array x = random_array(rows * sizes.row_floats(), 1), dy = random_array(rows * sizes.query_floats(), 2);
        Array y = unwritten(rows * sizes.query_floats()), log_sums = unwritten(rows * sizes.heads), shifts;
        attention(Reference{}, rows, sizes, texts, x.data(), nullptr, log_sums.data(), y.data(), {});
        Array wanted = unwritten(rows * sizes.row_floats());
        attention_backward(Reference{}, rows, sizes, texts, x.data(), y.data(), dy.data(), log_sums.data(),
                           wanted.data(), {});
        const auto width = static_cast<unsigned long>(sizes.head_width);
        for (unsigned long at = 0; at < y.size(); at += width)
            shifts.push_back(static_cast<float>(detail::dot(sizes.head_width, &dy[at], &y[at])));
        Array dx = wanted;
        const detail::AttentionBackward call{sizes,           texts,         x.data(), dy.data(),
                                             log_sums.data(), shifts.data(), dx.data()};
        // Keys that many queries see, queries that see many keys, and a text's last row.
        const long some[] = {0, 2, 3, 34, 38};
        for (const long row : some) std::fill_n(dx.begin() + row * sizes.row_floats(), sizes.row_floats(), 1e9f);
        detail::AttentionGradientBlock<threads> shared;
        run_block(threads, [&](Block block) {
            for (const long row : some) {
                for (int head = 0; head < sizes.heads; ++head)
                    detail::attend_query_gradient(block, shared, call, row, head);
                for (int group = 0; group < sizes.key_value_heads; ++group)
                    detail::attend_key_gradient(block, shared, call, row, group);
            }
        });
        CHECK(difference(dx, wanted, 8) < 1e-6);
    }
}
