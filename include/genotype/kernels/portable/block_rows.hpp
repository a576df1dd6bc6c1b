// How the threads of one block of a GPU make a product of few rows, such as the next word of a text: they read each
// value of the right side once. Plain code over a `Block`, so that a test can run it on the processor.
#pragma once

#include "genotype/kernels/array_of.hpp"
#include "genotype/kernels/portable/sides.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Products of so many rows at most are made in this way, by blocks of so many threads.
inline constexpr int most_few_rows = 8, few_rows_threads = 256;

/// The columns of a block; its threads share the terms of each. Neighbouring threads read what lies together: a sector
/// of 32 bytes or more. Few columns make more blocks. A power of two.
constexpr int few_rows_columns(bool terms_together, long columns) {
    if (terms_together) return 4;
    return columns >= 32 * 132 ? 32 : 8;
}

/// What each thread of a block does for `across` columns from the first on: it takes every n-th term, n being the
/// threads of a column, and then sums of pairs of threads are added. `sums` is shared by the block and has room for
/// most_rows values of each thread. For a `Block` see `sum_group`.
template <int most_rows, class Block, class Left, class Right, class Store>
GENOTYPE_BOTH void multiply_few_rows(Block block, float* sums, int across, long first_column, long rows, long terms,
                                     long columns, Left& left, Right& right, Store& store) {
    constexpr int threads = few_rows_threads, at_once = 4;
    const int sharing = threads / across;
    const int share = first_together<Right> ? block.thread() % sharing : block.thread() / across;
    const int own = first_together<Right> ? block.thread() / sharing : block.thread() % across;
    const long column = first_column + own;
    ArrayOf<float, most_rows> totals = {};
    for (long first = share; column < columns && first < terms; first += at_once * sharing) {
        float values[at_once];  // asked for before the first is needed
        for (int i = 0; i < at_once; ++i)
            values[i] = first + i * sharing < terms ? right(first + i * sharing, column) : 0;
        for (int i = 0; i < at_once; ++i)
            for (int row = 0; row < most_rows; ++row)
                if (row < rows && first + i * sharing < terms)
                    totals[row] += left(row, first + i * sharing) * values[i];
    }
    float* const at = sums + share * across + own;
    for (int row = 0; row < most_rows; ++row) at[row * threads] = totals[row];
    block.sync();
    for (int half = sharing / 2; half > 0; half /= 2) {
        if (share < half)
            for (int row = 0; row < most_rows; ++row) at[row * threads] += at[row * threads + half * across];
        block.sync();
    }
    if (share == 0 && column < columns)
        for (int row = 0; row < most_rows; ++row)
            if (row < rows) store(row, column, at[row * threads]);
}

}  // namespace genotype::inline v0_1::kernels::detail
