// Sums of columns, which are what batch norm and biases ask for.
#pragma once

#include "genotype/kernels/portable/each.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// How many chunks of `size` rows there are: one at least, which then sums nothing.
constexpr long column_chunks(long rows, long size) {
    return rows > size ? (rows + size - 1) / size : 1;
}

/// For each chunk of `size` rows (the last may have fewer) and each column: finish(chunk, column, sum of
/// value(row, column) over the chunk's rows, from `none` on). For `Sum` and `none` see `sum_groups`.
template <class System, class Sum, class Value, class Finish>
void sum_column_chunks(Thrust<System> device, long rows, long size, long columns, Sum none, Value value,
                       Finish finish) {
    each(device, column_chunks(rows, size) * columns, [=] GENOTYPE_BOTH(long task) mutable {
        const long chunk = task / columns, column = task % columns;
        const long end = rows < (chunk + 1) * size ? rows : (chunk + 1) * size;
        Sum sum = none;
        for (long row = chunk * size; row < end; ++row) sum += value(row, column);
        finish(chunk, column, sum);
    });
}

/// The longest columns that blocks of many columns sum: longer ones, of which there are few, have a block each.
inline constexpr long longest_shared_columns = 8192;

/// For each column, finish(column, sum of value(row, column) over all rows).
template <class System, class Sum, class Value, class Finish>
void sum_whole_columns(Thrust<System> device, long rows, long columns, Sum none, Value value, Finish finish) {
    if (rows > longest_shared_columns)
        sum_groups(
            device, columns, rows, none,
            [=] GENOTYPE_KERNEL(long column, long row) mutable { return value(row, column); }, finish);
    else
        sum_column_chunks(device, rows, rows, columns, none, value,
                          [=] GENOTYPE_KERNEL(long, long column, const Sum& sum) mutable { finish(column, sum); });
}

}  // namespace genotype::inline v0_1::kernels::detail

#if defined(__CUDACC__)
#include "genotype/kernels/cuda/columns.hpp"  // declared before any kernel that calls it
#endif
