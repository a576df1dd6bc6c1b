// Products of few tiles and long sums: the sums are taken in splits, all at the same time.
#pragma once

#include <algorithm>

#include "genotype/kernels/portable/block_product.hpp"
#include "genotype/kernels/portable/product.hpp"
#include "genotype/memory/region.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Fewer terms than this are no split of their own.
inline constexpr long least_split = 128;

/// How many splits give a device about as much work at a time as it wants. Sizes alone decide, so that two runs add
/// in one order.
template <class System>
constexpr long product_splits(Thrust<System>, long rows, long terms, long columns) {
    const long down = (rows + ProductTile::rows - 1) / ProductTile::rows;
    const long across = (columns + ProductTile::columns - 1) / ProductTile::columns;
    if (down == 0 || across == 0) return 1;
    return std::max(1L, std::min(System::parts / (down * across), terms / least_split));
}

/// Scratch that is enough for every product's splits: they are no more than the tiles that the device wants.
template <class System>
constexpr MemoryExtent product_scratch(Thrust<System>) {
    return {0, System::parts > 1 ? System::parts * ProductTile::rows * ProductTile::columns : 0};
}

/// A side of a product from a term on.
template <class Side>
struct LeftFrom {
    static constexpr bool first_together = detail::first_together<Side>;

    Side side;
    long first;

    GENOTYPE_BOTH float operator()(long row, long k) { return side(row, first + k); }
};
template <class Side>
struct RightFrom {
    static constexpr bool first_together = detail::first_together<Side>;

    Side side;
    long first;

    GENOTYPE_BOTH float operator()(long k, long column) { return side(first + k, column); }
};

/// A product for each split of the terms.
template <class Left, class Right>
struct SplitProducts {
    struct Product {
        long rows, terms;
        LeftFrom<Left> left;
        RightFrom<Right> right;
        ToMatrix store;
    };

    long rows, terms, columns, split;
    Left left;
    Right right;
    float* sums;

    GENOTYPE_BOTH Product operator()(int number) const {
        const long first = number * split, left_over = terms - first;
        const long own = left_over < 0 ? 0 : left_over < split ? left_over : split;
        return {rows, own, {left, first}, {right, first}, {columns, sums + number * rows * columns}};
    }
};

/// The same as `multiply`, with the terms in so many splits: `sums` has room for as many products. The splits'
/// sums are added in order.
template <class System, class Left, class Right, class Store>
void multiply_splits(Thrust<System> device, long splits, long rows, long terms, long columns, Left left, Right right,
                     Store store, float* sums) {
    // Whole steps of a tile.
    const long steps = (terms + ProductTile::terms - 1) / ProductTile::terms;
    const long split = (steps + splits - 1) / splits * ProductTile::terms;
    multiply_parts(device, static_cast<int>(splits), rows, columns,
                   SplitProducts<Left, Right>{rows, terms, columns, split, left, right, sums});
    const long values = rows * columns;
    each_value(device, values, [=] GENOTYPE_KERNEL(long i) mutable {
        double sum = 0;
        for (long number = 0; number < splits; ++number) sum += static_cast<double>(sums[number * values + i]);
        store(i / columns, i % columns, static_cast<float>(sum));
    });
}

/// The same as `multiply`, in splits where that gives the device more to do at a time and `scratch` is there, which
/// is as large as `product_scratch` says.
template <class System, class Left, class Right, class Store>
void multiply_with(Thrust<System> device, const MemoryRegion& scratch, long rows, long terms, long columns, Left left,
                   Right right, Store store) {
    if constexpr (System::parts > 1) {
        const long splits = scratch.fixed ? product_splits(device, rows, terms, columns) : 1;
        if (splits > 1) return multiply_splits(device, splits, rows, terms, columns, left, right, store, scratch.fixed);
    }
    multiply(device, rows, terms, columns, left, right, store);
}

/// The same for products whose right side is a matrix of weights, which few rows want to read once.
template <class System, class Left, class Right, class Store>
void multiply_by_weights(Thrust<System> device, const MemoryRegion& scratch, long rows, long terms, long columns,
                         Left left, Right right, Store store) {
    if (rows <= most_few_rows)
        multiply_few(device, rows, terms, columns, left, right, store);
    else
        multiply_with(device, scratch, rows, terms, columns, left, right, store);
}

}  // namespace genotype::inline v0_1::kernels::detail

#if defined(__CUDACC__) && defined(GENOTYPE_WITH_CUBLASLT)
#include "genotype/kernels/cuda/cublas.hpp"  // declared before any kernel that calls it
#endif
