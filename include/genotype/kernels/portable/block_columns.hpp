// How the threads of one block of a GPU sum columns of a matrix. Plain code over a `Block`, so that a test can run it
// on the processor.
#pragma once

#include "genotype/kernels/portable/device.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Threads that sum `rows` rows of neighbouring columns: `width` of them stand side by side on as many columns, so that
/// they read neighbouring values, and `depth` behind one another on every depth-th row. All are powers of two.
struct ColumnThreads {
    int width, depth;

    static constexpr int most_columns = 32, most_threads = 1024;

    static constexpr ColumnThreads of(long rows, long columns) {
        int width = 1, depth = 1;
        while (width < most_columns && width < columns) width *= 2;
        while (2 * width * depth <= most_threads && depth < rows) depth *= 2;
        while (width * depth < 32) depth *= 2;
        return {width, depth};
    }
    constexpr int count() const { return width * depth; }
};

/// What each thread of a block does for the columns from `first` on: finish(column, sum of value(row, column) for the
/// rows from `begin` to `end` - 1). `sums` is shared by the block and has room for a `Sum` of each thread; for a
/// `Block` see `sum_group`.
template <class Block, class Sum, class Value, class Finish>
GENOTYPE_BOTH void sum_block_columns(Block block, Sum* sums, ColumnThreads threads, long begin, long end, long first,
                                     long columns, Sum none, Value& value, Finish& finish) {
    const int thread = block.thread();
    const long column = first + thread % threads.width;
    Sum sum = none;
    if (column < columns)
        for (long row = begin + thread / threads.width; row < end; row += threads.depth) sum += value(row, column);
    sums[thread] = sum;
    block.sync();
    for (int half = threads.count() / 2; half >= threads.width; half /= 2) {
        if (thread < half) sums[thread] += sums[thread + half];
        block.sync();
    }
    if (thread < threads.width && column < columns) finish(column, sums[thread]);
}

}  // namespace genotype::inline v0_1::kernels::detail
