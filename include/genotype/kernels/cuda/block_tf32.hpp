// How the threads of one block of a GPU make a tile of a product with tensor cores. Plain code over a `Block`, so that
// a test can run it on the processor.
#pragma once

#include "genotype/kernels/cuda/tf32.hpp"
#include "genotype/kernels/portable/block_product.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// With 8 more values a row no two threads of a warp read from one bank.
using Tf32Tile = TileMemory<8>;

struct ToTf32 {
    GENOTYPE_BOTH float operator()(float value) const { return to_tf32(value); }
};

/// The same as `multiply_tile`, with both sides rounded to TF32. Of the block's 8 warps each has 16 rows by 32 columns.
/// The `Block` also has multiply(left, right, sums), which adds the product of what the threads of a warp hold, see
/// `warp_left`.
template <class Block, class Left, class Right, class Store>
GENOTYPE_BOTH void multiply_tile_tf32(Block block, Tf32Tile& tile, long first_row, long first_column, long rows,
                                      long terms, long columns, Left& left, Right& right, Store& store) {
    using T = ProductTile;
    constexpr int across = 4;  // products beside each other
    const int lane = block.thread() % 32, warp = block.thread() / 32;
    const int row = warp % 4 * 16, column = warp / 4 * 8 * across;
    float sums[across][4] = {};
    for (long first = 0; first < terms; first += T::terms) {
        load_tile<ToTf32>(block.thread(), tile, first_row, first_column, first, rows, terms, columns, left, right);
        block.sync();
        for (int k = 0; k < T::terms; k += 8) {
            float own_left[4], own_right[2];
            for (int i = 0; i < 4; ++i) {
                const WarpPlace at = warp_left(lane, i);
                own_left[i] = tile.left[k + at.column][row + at.row];
            }
            for (int product = 0; product < across; ++product) {
                for (int i = 0; i < 2; ++i) {
                    const WarpPlace at = warp_right(lane, i);
                    own_right[i] = tile.right[k + at.row][column + product * 8 + at.column];
                }
                block.multiply(own_left, own_right, sums[product]);
            }
        }
        block.sync();
    }
    for (int product = 0; product < across; ++product)
        for (int i = 0; i < 4; ++i) {
            const WarpPlace at = warp_sum(lane, i);
            const long to_row = first_row + row + at.row, to_column = first_column + column + product * 8 + at.column;
            if (to_row < rows && to_column < columns) store(to_row, to_column, sums[product][i]);
        }
}

}  // namespace genotype::inline v0_1::kernels::detail
