// What the threads of a GPU's block do for sums, products and attention, run by threads of the processor.
#include <doctest/doctest.h>

#include <barrier>
#include <memory>
#include <thread>
#include <vector>

#include "genotype/kernels/reference/attention.hpp"
#include "genotype/kernels/thrust/block_attention.hpp"
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
    const std::vector<SequenceRows> prompts{{.row = 0, .count = 40, .position = 0, .slot = 1},
                                            {.row = 40, .count = 1, .position = 0, .slot = 0}};
    const std::vector<SequenceRows> later{{.row = 0, .count = 1, .position = 1, .slot = 0},
                                          {.row = 1, .count = 3, .position = 40, .slot = 1}};
    // Threads without a column, as many columns as threads, and two parts of the keys for each column.
    for (const AttentionSizes sizes : {AttentionSizes{2, 1, 17}, {2, 2, 32}, {3, 1, 16}, {1, 1, 3}}) {
        CAPTURE(sizes.head_width);
        Array wanted_cache(static_cast<unsigned long>(2 * context * sizes.session_floats())), cache = wanted_cache;
        unsigned seed = 0;
        for (const auto* texts : {&prompts, &later}) {
            const long rows = texts->back().row + texts->back().count;
            const Array x = random_array(rows * sizes.row_floats(), ++seed);
            const Sequences sequences{texts->data(), 2, context, false};
            Array wanted = unwritten(rows * sizes.query_floats()), wanted_sums = unwritten(rows * sizes.heads);
            attention(Reference{}, rows, sizes, sequences, x.data(), wanted_cache.data(), wanted_sums.data(),
                      wanted.data(), {});
            Array y = unwritten(rows * sizes.query_floats()), log_sums = unwritten(rows * sizes.heads);
            const detail::AttentionOf call{sizes, sequences, x.data(), cache.data(), log_sums.data(), y.data()};
            detail::AttentionBlock<threads> shared;
            for (long row = 0; row < rows; ++row)
                for (int head = 0; head < sizes.heads; ++head)
                    run_block(threads, [&](Block block) { detail::attend_block(block, shared, call, row, head); });
            CHECK(difference(y, wanted) < 1e-6);
            CHECK(difference(log_sums, wanted_sums, 8) < 1e-6);
            CHECK(same_bits(cache, wanted_cache));
        }
    }
}
