// What the threads of a GPU's block do for sums, products and attention, run by threads of the processor.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

#include "genotype/kernels/reference/attention.hpp"
#include "genotype/kernels/thrust/block_attention.hpp"
#include "genotype/kernels/thrust/block_columns.hpp"
#include "genotype/kernels/thrust/block_attention_backward.hpp"
#include "genotype/kernels/thrust/block_product.hpp"
#include "genotype/kernels/thrust/block_rows.hpp"
#include "genotype/kernels/thrust/block_sums.hpp"
#include "genotype/kernels/thrust/block_tf32.hpp"
#include "genotype/kernels/thrust/each.hpp"
#include "support/kernel_arrays.hpp"

namespace {

using namespace genotype;
using namespace kernel_test;

/// What the 32 threads of a warp hold of both sides of their step.
struct Warp {
    float left[32][4], right[32][2];
};

class Block {
  public:
    Block(int thread, int threads, std::barrier<>& barrier, Warp* warps)
        : thread_(thread), threads_(threads), barrier_(&barrier), warp_(warps + thread / 32) {}

    int thread() const { return thread_; }
    int threads() const { return threads_; }
    void sync() const { barrier_->arrive_and_wait(); }

    /// PTX's mma.m16n8k8 for tf32, as its document has it. All of the block's threads must come here equally often.
    void multiply(const float (&left)[4], const float (&right)[2], float (&sums)[4]) const {
        const int lane = thread_ % 32, group = lane >> 2, in_group = lane % 4;
        std::copy_n(left, 4, warp_->left[lane]);
        std::copy_n(right, 2, warp_->right[lane]);
        sync();
        for (int i = 0; i < 4; ++i) {
            const int row = i < 2 ? group : group + 8, column = in_group * 2 + (i & 1);
            for (int k = 0; k < 8; ++k) {
                const int of_left = (row % 8) * 4 + k % 4, of_right = column * 4 + k % 4;
                const float value = warp_->left[of_left][row / 8 + k / 4 * 2] * warp_->right[of_right][k / 4];
                sums[i] += value;
            }
        }
        sync();
    }

  private:
    int thread_, threads_;
    std::barrier<>* barrier_;
    Warp* warp_;
};

/// work(block) by each thread of a block.
template <class Work>
void run_block(int threads, Work work) {
    std::barrier<> barrier(threads);
    std::vector<Warp> warps(static_cast<unsigned>(threads / 32));
    std::vector<std::jthread> running;
    for (int thread = 0; thread < threads; ++thread)
        running.emplace_back([&, thread] { work(Block(thread, threads, barrier, warps.data())); });
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

struct Sizes {
    long rows, terms, columns;
};

/// Two sides, and what their product is. at() throws where a value is asked for that is not there.
struct Product {
    Sizes size;
    Array left = random_array(size.rows * size.terms, 1), right = random_array(size.terms * size.columns, 2);
    Result wanted{size.rows, size.columns};
    mutable std::atomic<long> reads = 0;  // of the right side

    explicit Product(Sizes s, float (*change)(float) = nullptr) : size(s) {
        const auto changed = [&](float value) { return static_cast<double>(change ? change(value) : value); };
        for (long row = 0; row < size.rows; ++row)
            for (long column = 0; column < size.columns; ++column) {
                double sum = 0;
                for (long k = 0; k < size.terms; ++k)
                    sum += changed(left.at(static_cast<unsigned long>(row * size.terms + k))) *
                           changed(right.at(static_cast<unsigned long>(k * size.columns + column)));
                wanted.store(row, column, static_cast<float>(sum));
            }
    }
};
template <bool together>
struct Left {
    static constexpr bool first_together = together;
    const Product* product;

    float operator()(long row, long k) const {
        return product->left.at(static_cast<unsigned long>(row * product->size.terms + k));
    }
};
template <bool together>
struct Right {
    static constexpr bool first_together = together;
    const Product* product;

    float operator()(long k, long column) const {
        ++product->reads;
        return product->right.at(static_cast<unsigned long>(k * product->size.columns + column));
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

TEST_CASE("All threads of a block go on with what is made of a sum") {
    using Sum = detail::Sums<1>;
    for (const long length : {1, 5, 33, 70})
        for (const long count : {1, 31, 64, 90}) {
            CAPTURE(length);
            CAPTURE(count);
            std::vector<Sum> sums(32);
            float result = -1;
            Array y = unwritten(2 * count);
            run_block(32, [&](Block block) {
                auto value = [](long group, long i) { return Sum{{static_cast<double>(i * (group + 1))}}; };
                auto make = [](long group, const Sum& sum) {
                    return static_cast<float>(sum.values[0] + static_cast<double>(group));
                };
                auto then = [&](long group, long i, float made) {
                    y.at(static_cast<std::size_t>(group * count + i)) = made + static_cast<float>(i);
                };
                for (long group = 0; group < 2; ++group)
                    detail::sum_group_then(block, sums.data(), &result, group, length, Sum{}, value, make, count, then);
            });
            for (long group = 0; group < 2; ++group)
                for (long i = 0; i < count; ++i)
                    CHECK(y[static_cast<std::size_t>(group * count + i)] ==
                          static_cast<float>((group + 1) * length * (length - 1) / 2 + group + i));
        }
}

TEST_CASE("A block sums columns of any number and length") {
    using detail::ColumnThreads;
    CHECK(ColumnThreads::of(1, 1).count() == 32);
    CHECK(ColumnThreads::of(1 << 20, 1).count() == 1024);
    CHECK(ColumnThreads::of(1 << 20, 700).width == 32);
    CHECK(ColumnThreads::of(1 << 20, 700).depth == 32);
    CHECK(ColumnThreads::of(9, 3).width == 4);
    CHECK(ColumnThreads::of(9, 3).depth == 16);
    for (const long columns : {1, 3, 32, 37})
        for (const long rows : {1, 2, 5, 16, 17}) {
            CAPTURE(columns);
            CAPTURE(rows);
            const ColumnThreads threads = ColumnThreads::of(rows, columns);
            const Array x = random_array((rows + 2) * columns, 3);
            Array wanted(static_cast<std::size_t>(columns), 0), found = unwritten(columns);
            for (long row = 1; row < rows + 1; ++row)
                for (long column = 0; column < columns; ++column)
                    wanted[static_cast<std::size_t>(column)] += x[static_cast<std::size_t>(row * columns + column)];
            std::vector<detail::Sums<1>> sums(static_cast<std::size_t>(threads.count()));
            for (long first = 0; first < columns; first += threads.width)
                run_block(threads.count(), [&](Block block) {
                    auto value = [&](long row, long column) {
                        return detail::Sums<1>{
                            {static_cast<double>(x.at(static_cast<std::size_t>(row * columns + column)))}};
                    };
                    auto finish = [&](long column, const detail::Sums<1>& sum) {
                        found.at(static_cast<std::size_t>(column)) = static_cast<float>(sum.values[0]);
                    };
                    detail::sum_block_columns(block, sums.data(), threads, 1, rows + 1, first, columns,
                                              detail::Sums<1>{}, value, finish);
                });
            CHECK(difference(wanted, found) < 1e-5);
        }
}

TEST_CASE("Blocks multiply products of all sizes around a tile's, however the sides lie") {
    using Tile = detail::ProductTile;
    const auto exact = std::make_unique<detail::ExactTile>();
    const auto tf32 = std::make_unique<detail::Tf32Tile>();
    for (const Sizes size : {Sizes{1, 1, 1}, {64, 16, 64}, {65, 17, 63}, {63, 33, 65}, {5, 0, 70}}) {
        CAPTURE(size.rows);
        CAPTURE(size.terms);
        CAPTURE(size.columns);
        const Product product(size), rounded(size, detail::to_tf32);
        const auto check = [&](auto left, auto right, const Array& wanted, auto tile) {
            Result found{size.rows, size.columns};
            auto store = [&](long i, long j, float value) { found.store(i, j, value); };
            for (long row = 0; row < size.rows; row += Tile::rows)
                for (long column = 0; column < size.columns; column += Tile::columns)
                    run_block(Tile::threads, [&](Block block) {
                        tile(block, row, column, size.rows, size.terms, size.columns, left, right, store);
                    });
            CHECK(found.outside == 0);
            CHECK(difference(wanted, found.values) < 1e-5);
        };
        const auto exactly = [&](auto block, auto&&... rest) { detail::multiply_tile(block, *exact, rest...); };
        const auto by_tf32 = [&](auto block, auto&&... rest) { detail::multiply_tile_tf32(block, *tf32, rest...); };
        check(Left<false>{&product}, Right<false>{&product}, product.wanted.values, exactly);
        check(Left<true>{&product}, Right<true>{&product}, product.wanted.values, exactly);
        check(Left<false>{&product}, Right<true>{&product}, rounded.wanted.values, by_tf32);
        check(Left<true>{&product}, Right<false>{&product}, rounded.wanted.values, by_tf32);
    }
}

TEST_CASE("Blocks make products of few rows, each value of the right side read once") {
    for (const Sizes size : {Sizes{1, 1, 1}, {1, 768, 33}, {8, 100, 31}, {3, 257, 9}, {2, 0, 5}, {7, 1025, 4}}) {
        CAPTURE(size.rows);
        CAPTURE(size.terms);
        CAPTURE(size.columns);
        const Product product(size);
        const auto check = [&]<int most_rows>(std::integral_constant<int, most_rows>, auto right, int across) {
            CAPTURE(across);
            Result found{size.rows, size.columns};
            Array sums(most_rows * detail::few_rows_threads + 1, -7);
            Left<false> left{&product};
            auto store = [&](long i, long j, float value) { found.store(i, j, value); };
            product.reads = 0;
            for (long column = 0; column < size.columns; column += across)
                run_block(detail::few_rows_threads, [&](Block block) {
                    detail::multiply_few_rows<most_rows>(block, sums.data(), across, column, size.rows, size.terms,
                                                         size.columns, left, right, store);
                });
            CHECK(product.reads == size.terms * size.columns);
            CHECK(sums.back() == -7);
            CHECK(found.outside == 0);
            CHECK(difference(product.wanted.values, found.values, 1 + std::sqrt(static_cast<double>(size.terms))) <
                  1e-6);
        };
        const auto check_all = [&](auto most_rows) {
            check(most_rows, Right<false>{&product}, 8);
            check(most_rows, Right<false>{&product}, 32);
            check(most_rows, Right<true>{&product}, 4);
        };
        if (size.rows == 1) check_all(std::integral_constant<int, 1>{});
        check_all(std::integral_constant<int, detail::most_few_rows>{});
    }
    CHECK(detail::few_rows_columns(true, 768) == 4);
    CHECK(detail::few_rows_columns(false, 768) == 8);
    CHECK(detail::few_rows_columns(false, 50257) == 32);
}

TEST_CASE("TF32 is the nearest number of 10 bits, halves away from zero") {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    struct Pair {
        float value, wanted;
    };
    for (const Pair& pair : {Pair{0.0f, 0.0f},
                             {1.0f, 1.0f},
                             {0x1.004p0f, 0x1.004p0f},
                             {0x1.002p0f, 0x1.004p0f},
                             {0x1.001ffep0f, 0x1p0f},
                             {0x1.006p0f, 0x1.008p0f},
                             {0x1.ffep5f, 0x1p6f},
                             {0x1p-126f, 0x1p-126f},
                             {infinity, infinity}})
        for (const float sign : {1.0f, -1.0f}) {
            CAPTURE(pair.value);
            CHECK(detail::to_tf32(sign * pair.value) == sign * pair.wanted);
        }
    CHECK(std::isnan(detail::to_tf32(std::bit_cast<float>(0x7f800001u))));
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
