// The product on a GPU: a block of threads for each tile, both sides through shared memory.
#pragma once

#include <type_traits>

#include "genotype/kernels/cuda/block_tf32.hpp"
#include "genotype/kernels/cuda/sums.hpp"
#include "genotype/kernels/portable/block_product.hpp"
#include "genotype/kernels/portable/block_rows.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// A tile as the device makes it. TF32 needs a GPU that knows it, and the host only parses this.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
template <bool tf32>
using CudaTile = std::conditional_t<tf32, Tf32Tile, ExactTile>;
#else
template <bool tf32>
using CudaTile = ExactTile;
#endif
template <class Left, class Right, class Store>
__device__ void make_tile(ExactTile& tile, long first_row, long first_column, long rows, long terms, long columns,
                          Left& left, Right& right, Store& store) {
    multiply_tile(CudaBlock{}, tile, first_row, first_column, rows, terms, columns, left, right, store);
}
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
template <class Left, class Right, class Store>
__device__ void make_tile(Tf32Tile& tile, long first_row, long first_column, long rows, long terms, long columns,
                          Left& left, Right& right, Store& store) {
    multiply_tile_tf32(CudaBlock{}, tile, first_row, first_column, rows, terms, columns, left, right, store);
}
#endif

template <bool tf32, class Left, class Right, class Store>
__global__ void __launch_bounds__(ProductTile::threads)
    multiply_kernel(long rows, long terms, long columns, Left left, Right right, Store store) {
    __shared__ CudaTile<tf32> tile;
    make_tile(tile, static_cast<long>(blockIdx.x) * ProductTile::rows,
              static_cast<long>(blockIdx.y) * ProductTile::columns, rows, terms, columns, left, right, store);
}

/// See the generic one. Sums are floats, and a zero of the left side is multiplied like any other value: beside a
/// weight that is not finite, what lies outside of an image gives NaN.
template <OnCuda System, class Left, class Right, class Store>
void multiply(Thrust<System>, long rows, long terms, long columns, Left left, Right right, Store store) {
    if (rows <= 0 || columns <= 0) return;
    const dim3 tiles(static_cast<unsigned>((rows + ProductTile::rows - 1) / ProductTile::rows),
                     static_cast<unsigned>((columns + ProductTile::columns - 1) / ProductTile::columns));
    multiply_kernel<System::tf32>
        <<<tiles, ProductTile::threads, 0, cudaStreamPerThread>>>(rows, terms, columns, left, right, store);
    cuda_check("multiply", cudaGetLastError());
}

template <int most_rows, class Left, class Right, class Store>
__global__ void __launch_bounds__(few_rows_threads)
    multiply_few_kernel(int across, long rows, long terms, long columns, Left left, Right right, Store store) {
    __shared__ ArrayOf<float, most_rows * few_rows_threads> sums;
    multiply_few_rows<most_rows>(CudaBlock{}, sums, across, static_cast<long>(blockIdx.x) * across, rows, terms,
                                 columns, left, right, store);
}

/// See the generic one.
template <OnCuda System, class Left, class Right, class Store>
void multiply_few(Thrust<System>, long rows, long terms, long columns, Left left, Right right, Store store) {
    if (rows <= 0 || columns <= 0) return;
    const int across = few_rows_columns(first_together<Right>, columns);
    const auto blocks = static_cast<unsigned>((columns + across - 1) / across);
    if (rows == 1)
        multiply_few_kernel<1>
            <<<blocks, few_rows_threads, 0, cudaStreamPerThread>>>(across, rows, terms, columns, left, right, store);
    else
        multiply_few_kernel<most_few_rows>
            <<<blocks, few_rows_threads, 0, cudaStreamPerThread>>>(across, rows, terms, columns, left, right, store);
    cuda_check("multiply_few", cudaGetLastError());
}

template <bool tf32, class Parts>
__global__ void __launch_bounds__(ProductTile::threads) multiply_parts_kernel(long columns, Parts parts) {
    __shared__ CudaTile<tf32> tile;
    auto part = parts(static_cast<int>(blockIdx.z));
    const long first_row = static_cast<long>(blockIdx.x) * ProductTile::rows;
    if (first_row >= part.rows) return;  // the whole block
    make_tile(tile, first_row, static_cast<long>(blockIdx.y) * ProductTile::columns, part.rows, part.terms, columns,
              part.left, part.right, part.store);
}

/// See the generic one: one launch for all.
template <OnCuda System, class Parts>
void multiply_parts(Thrust<System>, int count, long most_rows, long columns, Parts parts) {
    if (most_rows <= 0 || columns <= 0) return;
    const dim3 tiles(static_cast<unsigned>((most_rows + ProductTile::rows - 1) / ProductTile::rows),
                     static_cast<unsigned>((columns + ProductTile::columns - 1) / ProductTile::columns),
                     static_cast<unsigned>(count));
    multiply_parts_kernel<System::tf32><<<tiles, ProductTile::threads, 0, cudaStreamPerThread>>>(columns, parts);
    cuda_check("multiply_parts", cudaGetLastError());
}

}  // namespace genotype::inline v0_1::kernels::detail
