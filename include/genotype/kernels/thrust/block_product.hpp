// How the threads of one block of a GPU make a tile of a product. Plain code over a `Block`, so that a test can run it
// on the processor.
#pragma once

#include "genotype/kernels/thrust/device.hpp"

namespace genotype::detail {

/// A tile of a product, and the stretch of both sides that is in shared memory at a time: 64 rows by 64 columns, of 16
/// terms. Each of 256 threads has 4 rows by 4 columns.
struct ProductTile {
    static constexpr int rows = 64, columns = 64, terms = 16, threads = 256, own = 4;
    static constexpr int across = columns / own;  // threads

    // Aligned for loads of four values. Four more a row: fewer threads of a warp write to one bank.
    alignas(16) float left[terms][rows + 4];
    alignas(16) float right[terms][columns];
};

/// What each thread of a block does for the tile that begins at (first_row, first_column). The sums are floats, in the
/// order of the terms. For a `Block` see `sum_group`; `tile` is shared by the block.
template <class Block, class Left, class Right, class Store>
GENOTYPE_BOTH void multiply_tile(Block block, ProductTile& tile, long first_row, long first_column, long rows,
                                 long terms, long columns, Left& left, Right& right, Store& store) {
    using T = ProductTile;
    const int thread = block.thread();
    const int row = thread / T::across * T::own, column = thread % T::across * T::own;
    float sums[T::own][T::own] = {};
    for (long first = 0; first < terms; first += T::terms) {
        // A thread's values of the left side are one term's, so that a functor finds that term's place only once.
        const long term = first + thread % T::terms;
        for (int i = thread / T::terms; i < T::rows; i += T::threads / T::terms)
            tile.left[thread % T::terms][i] = first_row + i < rows && term < terms ? left(first_row + i, term) : 0.0f;
        const long at = first_column + thread % T::columns;
        for (int k = thread / T::columns; k < T::terms; k += T::threads / T::columns)
            tile.right[k][thread % T::columns] = at < columns && first + k < terms ? right(first + k, at) : 0.0f;
        block.sync();
        for (int k = 0; k < T::terms; ++k)
            for (int i = 0; i < T::own; ++i)
                for (int j = 0; j < T::own; ++j) sums[i][j] += tile.left[k][row + i] * tile.right[k][column + j];
        block.sync();
    }
    for (int i = 0; i < T::own; ++i)
        for (int j = 0; j < T::own; ++j)
            if (first_row + row + i < rows && first_column + column + j < columns)
                store(first_row + row + i, first_column + column + j, sums[i][j]);
}

}  // namespace genotype::detail
