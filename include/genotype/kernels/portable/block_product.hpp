// How the threads of one block of a GPU make a tile of a product. Plain code over a `Block`, so that a test can run it
// on the processor.
#pragma once

#include "genotype/kernels/array_of.hpp"
#include "genotype/kernels/portable/sides.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// A tile of a product, of which 16 terms are in shared memory at a time, and the threads of the block that makes it.
struct ProductTile {
    static constexpr int rows = 64, columns = 64, terms = 16, threads = 256;
};

/// A split of both sides, aligned for loads of four values. So many more a row: fewer threads of a warp meet in one
/// bank.
template <int padding>
struct TileMemory {
    alignas(16) ArrayOf<float, ProductTile::rows + padding> left[ProductTile::terms];
    alignas(16) ArrayOf<float, ProductTile::columns + padding> right[ProductTile::terms];
};
using ExactTile = TileMemory<4>;

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

struct Unchanged {
    GENOTYPE_BOTH float operator()(float value) const { return value; }
};

/// What each thread of a block does to bring the terms from the first on to shared memory, zeros for those outside.
template <class Change, class Tile, class Left, class Right>
GENOTYPE_BOTH void load_tile(int thread, Tile& tile, long first_row, long first_column, long first, long rows,
                             long terms, long columns, Left& left, Right& right) {
    const Change change{};
    load_side<!first_together<Left>, ProductTile::rows>(
        thread,
        [&](int i, int k) { return first_row + i < rows && first + k < terms ? left(first_row + i, first + k) : 0.0f; },
        [&](int i, int k, float value) { tile.left[k][i] = change(value); });
    load_side<first_together<Right>, ProductTile::columns>(
        thread,
        [&](int i, int k) {
            return first_column + i < columns && first + k < terms ? right(first + k, first_column + i) : 0.0f;
        },
        [&](int i, int k, float value) { tile.right[k][i] = change(value); });
}

/// What each thread of a block does for the tile that begins at (first_row, first_column): it has 4 rows by 4 columns.
/// The sums are floats, in the order of the terms. For a `Block` see `sum_group`; `tile` is shared by the block.
template <class Block, class Left, class Right, class Store>
GENOTYPE_BOTH void multiply_tile(Block block, ExactTile& tile, long first_row, long first_column, long rows, long terms,
                                 long columns, Left& left, Right& right, Store& store) {
    constexpr int own = 4, across = ProductTile::columns / own;
    const int thread = block.thread(), row = thread / across * own, column = thread % across * own;
    float sums[own][own] = {};
    for (long first = 0; first < terms; first += ProductTile::terms) {
        load_tile<Unchanged>(thread, tile, first_row, first_column, first, rows, terms, columns, left, right);
        block.sync();
        for (int k = 0; k < ProductTile::terms; ++k)
            for (int i = 0; i < own; ++i)
                for (int j = 0; j < own; ++j) sums[i][j] += tile.left[k][row + i] * tile.right[k][column + j];
        block.sync();
    }
    for (int i = 0; i < own; ++i)
        for (int j = 0; j < own; ++j)
            if (first_row + row + i < rows && first_column + column + j < columns)
                store(first_row + row + i, first_column + column + j, sums[i][j]);
}

}  // namespace genotype::inline v0_1::kernels::detail
