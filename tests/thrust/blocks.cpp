// What the threads of a GPU's block do for sums and products, run by threads of the processor.
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
