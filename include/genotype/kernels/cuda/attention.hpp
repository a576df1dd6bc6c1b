// Attention on a GPU: a block of threads for each head of each row.
#pragma once

#include "genotype/kernels/cuda/sums.hpp"
#include "genotype/kernels/portable/block_attention.hpp"

namespace genotype::inline v0_1::kernels::detail {

using CudaAttention = AttentionBlock<widest_head>;

// A template, so that several files of a program may have it.
template <class Call>
__global__ void __launch_bounds__(CudaAttention::threads) attention_kernel(Call call) {
    __shared__ CudaAttention shared;
    attend_block(CudaBlock{}, shared, call, static_cast<long>(blockIdx.x) / call.sizes.heads,
                 static_cast<int>(static_cast<long>(blockIdx.x) % call.sizes.heads));
}

/// See the generic one.
template <OnCuda System>
void attend(Thrust<System>, long rows, const AttentionOf& call) {
    if (rows <= 0) return;
    const auto blocks = static_cast<unsigned>(rows * call.sizes.heads);
    attention_kernel<<<blocks, CudaAttention::threads, 0, cudaStreamPerThread>>>(call);
    cuda_check("attention", cudaGetLastError());
}

}  // namespace genotype::inline v0_1::kernels::detail
