// What the threads of a GPU's block do for sums, run by threads of the processor.
#include "genotype/kernels/portable/block_sums.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "genotype/kernels/portable/block_columns.hpp"
#include "genotype/kernels/portable/each.hpp"
#include "support/gpu_block.hpp"
#include "support/kernel_arrays.hpp"

using namespace genotype;
using namespace kernel_test;
using namespace gpu_block;

TEST_CASE("A block sums every group of any length") {
    CHECK(kernels::detail::summing_threads(0, 8, 48 * 1024) == 32);
    CHECK(kernels::detail::summing_threads(33, 8, 48 * 1024) == 64);
    CHECK(kernels::detail::summing_threads(1 << 20, 8, 48 * 1024) == 1024);
    CHECK(kernels::detail::summing_threads(1 << 20, 256, 48 * 1024) == 128);
    const long groups = 3;
    for (const long length : {0, 1, 31, 32, 33, 100, 257}) {
        CAPTURE(length);
        using Sum = kernels::detail::Sums<2>;
        std::vector<Sum> sums(64), finished(groups);
        run_block(length < 100 ? 32 : 64, [&](Block block) {
            auto value = [](long group, long i) {
                return Sum{{static_cast<double>(group + 1), static_cast<double>(i * group)}};
            };
            auto finish = [&](long group, const Sum& sum) { finished[static_cast<unsigned long>(group)] = sum; };
            for (long group = 0; group < groups; ++group)
                kernels::detail::sum_group(block, sums.data(), group, length, Sum{}, value, finish);
        });
        for (long group = 0; group < groups; ++group) {
            const Sum& sum = finished[static_cast<unsigned long>(group)];
            CHECK(sum.values[0] == static_cast<double>(length * (group + 1)));
            CHECK(sum.values[1] == static_cast<double>(group * length * (length - 1) / 2));
        }
    }
}

TEST_CASE("All threads of a block go on with what is made of a sum") {
    using Sum = kernels::detail::Sums<1>;
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
                    kernels::detail::sum_group_then(block, sums.data(), &result, group, length, Sum{}, value, make,
                                                    count, then);
            });
            for (long group = 0; group < 2; ++group)
                for (long i = 0; i < count; ++i)
                    CHECK(y[static_cast<std::size_t>(group * count + i)] ==
                          static_cast<float>((group + 1) * length * (length - 1) / 2 + group + i));
        }
}

TEST_CASE("A block sums columns of any number and length") {
    using kernels::detail::ColumnThreads;
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
            std::vector<kernels::detail::Sums<1>> sums(static_cast<std::size_t>(threads.count()));
            for (long first = 0; first < columns; first += threads.width)
                run_block(threads.count(), [&](Block block) {
                    auto value = [&](long row, long column) {
                        return kernels::detail::Sums<1>{
                            {static_cast<double>(x.at(static_cast<std::size_t>(row * columns + column)))}};
                    };
                    auto finish = [&](long column, const kernels::detail::Sums<1>& sum) {
                        found.at(static_cast<std::size_t>(column)) = static_cast<float>(sum.values[0]);
                    };
                    kernels::detail::sum_block_columns(block, sums.data(), threads, 1, rows + 1, first, columns,
                                                       kernels::detail::Sums<1>{}, value, finish);
                });
            CHECK(difference(wanted, found) < 1e-5);
        }
}
