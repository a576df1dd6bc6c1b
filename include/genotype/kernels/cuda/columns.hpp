// Sums of columns on a GPU: a block of threads for neighbouring columns of a chunk of rows.
#pragma once

#include "genotype/kernels/cuda/sums.hpp"
#include "genotype/kernels/portable/block_columns.hpp"
#include "genotype/kernels/portable/columns.hpp"

namespace genotype::inline v0_1::kernels::detail {

template <class Sum, class Value, class Finish>
__global__ void __launch_bounds__(ColumnThreads::most_threads)
    sum_column_chunks_kernel(ColumnThreads threads, long rows, long size, long columns, Sum none, Value value,
                             Finish finish) {
    extern __shared__ double2 shared[];  // aligned for all kinds of sums
    static_assert(alignof(Sum) <= alignof(double2) && sizeof(Sum) * ColumnThreads::most_threads <= shared_bytes);
    const long chunk = blockIdx.x, begin = chunk * size, end = rows < begin + size ? rows : begin + size;
    auto finish_chunk = [&](long column, const Sum& sum) { finish(chunk, column, sum); };
    sum_block_columns(CudaBlock{}, reinterpret_cast<Sum*>(shared), threads, begin, end,
                      static_cast<long>(blockIdx.y) * threads.width, columns, none, value, finish_chunk);
}

/// See the generic one. Nothing is added atomically: the same bits in every run.
template <OnCuda System, class Sum, class Value, class Finish>
void sum_column_chunks(Thrust<System>, long rows, long size, long columns, Sum none, Value value, Finish finish) {
    if (columns <= 0) return;
    const ColumnThreads threads = ColumnThreads::of(rows < size ? rows : size, columns);
    const dim3 blocks(static_cast<unsigned>(column_chunks(rows, size)),
                      static_cast<unsigned>((columns + threads.width - 1) / threads.width));
    sum_column_chunks_kernel<<<blocks, static_cast<unsigned>(threads.count()),
                               static_cast<std::size_t>(threads.count()) * sizeof(Sum), cudaStreamPerThread>>>(
        threads, rows, size, columns, none, value, finish);
    cuda_check("sum_column_chunks", cudaGetLastError());
}

}  // namespace genotype::inline v0_1::kernels::detail
