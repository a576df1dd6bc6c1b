// A matrix product whose sides are functions of their indices, which is what convolutions in all directions are.
#pragma once

#include "genotype/kernels/portable/block_rows.hpp"
#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Columns of a product that one call of a functor makes.
inline constexpr int product_columns = 16;

/// store(row, column, sum over k of left(row, k) * right(k, column)) for a product of so many rows and columns; the sum
/// is taken in the order of k.
template <class System, class Left, class Right, class Store>
void multiply(Thrust<System> device, long rows, long terms, long columns, Left left, Right right, Store store) {
    const long blocks = (columns + product_columns - 1) / product_columns;
    each(device, rows * blocks, [=] GENOTYPE_BOTH(long task) mutable {
        const long row = task / blocks, first = task % blocks * product_columns;
        const int width = static_cast<int>(columns - first < product_columns ? columns - first : product_columns);
        double sums[product_columns] = {};
        for (long k = 0; k < terms; ++k) {
            const float value = left(row, k);
            for (int i = 0; i < width; ++i) sums[i] += static_cast<double>(value) * right(k, first + i);
        }
        for (int i = 0; i < width; ++i) store(row, first + i, static_cast<float>(sums[i]));
    });
}

/// The same for `most_few_rows` rows or fewer: on a GPU in another order of the terms.
template <class System, class Left, class Right, class Store>
void multiply_few(Thrust<System> device, long rows, long terms, long columns, Left left, Right right, Store store) {
    multiply(device, rows, terms, columns, left, right, store);
}

/// Some products of as many columns each: number p has the sides, the end and the sizes of parts(p), and `most_rows`
/// rows at most.
template <class System, class Parts>
void multiply_parts(Thrust<System> device, int count, long /*most_rows*/, long columns, Parts parts) {
    for (int number = 0; number < count; ++number) {
        const auto part = parts(number);
        multiply(device, part.rows, part.terms, columns, part.left, part.right, part.store);
    }
}

}  // namespace genotype::inline v0_1::kernels::detail

#if defined(__CUDACC__)
#include "genotype/kernels/cuda/product.hpp"  // declared before any kernel that calls it
#endif
