// How the threads of one block of a GPU make a tile of a product. Plain code over a `Block`, so that a test can run it
// on the processor.
#pragma once

#include "genotype/kernels/thrust/sides.hpp"

namespace genotype::detail {

/// A tile of a product, and the stretch of both sides that is in shared memory at a time: 64 rows by 64 columns, of 16
/// terms. Each of 256 threads has 4 rows by 4 columns.
struct ProductTile {
    static constexpr int rows = 64, columns = 64, terms = 16, threads = 256, own = 4;
    static constexpr int across = columns / own;  // threads

    // Aligned for loads of four values. Four more a row: fewer threads of a warp write to one bank.
    alignas(16) float left[terms][rows + 4];
    alignas(16) float right[terms][columns + 4];
};

/// What each thread of a block does to bring `count` times ProductTile::terms values of a side to shared memory, of
/// which neighbouring threads read what lies together: read(i, k) goes to write(i, k).
template <bool terms_together, int count, class Read, class Write>
GENOTYPE_BOTH void load_side(int thread, Read read, Write write) {
    using T = ProductTile;
    if constexpr (terms_together) {
        const int k = thread % T::terms;
        for (int i = thread / T::terms; i < count; i += T::threads / T::terms) write(i, k, read(i, k));
    } else {
        const int i = thread % count;
        for (int k = thread / count; k < T::terms; k += T::threads / count) write(i, k, read(i, k));
    }
}

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
        load_side<!first_together<Left>, T::rows>(
            thread,
            [&](int i, int k) {
                return first_row + i < rows && first + k < terms ? left(first_row + i, first + k) : 0.0f;
            },
            [&](int i, int k, float value) { tile.left[k][i] = value; });
        load_side<first_together<Right>, T::columns>(
            thread,
            [&](int i, int k) {
                return first_column + i < columns && first + k < terms ? right(first + k, first_column + i) : 0.0f;
            },
            [&](int i, int k, float value) { tile.right[k][i] = value; });
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
