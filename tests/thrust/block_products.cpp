// What the threads of a GPU's block do for products, run by threads of the processor.
#include <doctest/doctest.h>

#include <atomic>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <type_traits>

#include "genotype/kernels/cuda/block_tf32.hpp"
#include "genotype/kernels/portable/block_product.hpp"
#include "genotype/kernels/portable/block_rows.hpp"
#include "support/gpu_block.hpp"
#include "support/kernel_arrays.hpp"

using namespace genotype;
using namespace kernel_test;
using namespace gpu_block;

namespace {

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

TEST_CASE("Blocks multiply products of all sizes around a tile's, however the sides lie") {
    using Tile = kernels::detail::ProductTile;
    const auto exact = std::make_unique<kernels::detail::ExactTile>();
    const auto tf32 = std::make_unique<kernels::detail::Tf32Tile>();
    for (const Sizes size : {Sizes{1, 1, 1}, {64, 16, 64}, {65, 17, 63}, {63, 33, 65}, {5, 0, 70}}) {
        CAPTURE(size.rows);
        CAPTURE(size.terms);
        CAPTURE(size.columns);
        const Product product(size), rounded(size, kernels::detail::to_tf32);
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
        const auto exactly = [&](auto block, auto&&... rest) {
            kernels::detail::multiply_tile(block, *exact, rest...);
        };
        const auto by_tf32 = [&](auto block, auto&&... rest) {
            kernels::detail::multiply_tile_tf32(block, *tf32, rest...);
        };
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
            Array sums(most_rows * kernels::detail::few_rows_threads + 1, -7);
            Left<false> left{&product};
            auto store = [&](long i, long j, float value) { found.store(i, j, value); };
            product.reads = 0;
            for (long column = 0; column < size.columns; column += across)
                run_block(kernels::detail::few_rows_threads, [&](Block block) {
                    kernels::detail::multiply_few_rows<most_rows>(block, sums.data(), across, column, size.rows,
                                                                  size.terms, size.columns, left, right, store);
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
        check_all(std::integral_constant<int, kernels::detail::most_few_rows>{});
    }
    CHECK(kernels::detail::few_rows_columns(true, 768) == 4);
    CHECK(kernels::detail::few_rows_columns(false, 768) == 8);
    CHECK(kernels::detail::few_rows_columns(false, 50257) == 32);
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
            CHECK(kernels::detail::to_tf32(sign * pair.value) == sign * pair.wanted);
        }
    CHECK(std::isnan(kernels::detail::to_tf32(std::bit_cast<float>(0x7f800001u))));
}
