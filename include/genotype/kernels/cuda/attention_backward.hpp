// The gradient of attention on a GPU: a block of threads for each query, and for each key and its value.
#pragma once

#include "genotype/kernels/cuda/attention.hpp"
#include "genotype/kernels/portable/block_attention_backward.hpp"

namespace genotype::inline v0_1::kernels::detail {

using CudaAttentionGradient = AttentionGradientBlock<widest_head>;

template <class Call>
__global__ void __launch_bounds__(CudaAttentionGradient::threads) query_gradient_kernel(Call call) {
    __shared__ CudaAttentionGradient shared;
    const long block = blockIdx.x;
    attend_query_gradient(CudaBlock{}, shared, call, block / call.sizes.heads,
                          static_cast<int>(block % call.sizes.heads));
}
template <class Call>
__global__ void __launch_bounds__(CudaAttentionGradient::threads) key_gradient_kernel(Call call) {
    __shared__ CudaAttentionGradient shared;
    const long block = blockIdx.x;
    attend_key_gradient(CudaBlock{}, shared, call, block / call.sizes.key_value_heads,
                        static_cast<int>(block % call.sizes.key_value_heads));
}

/// See the generic one.
template <OnCuda System>
void attend_backward(Thrust<System>, long rows, const AttentionBackward& call) {
    if (rows <= 0) return;
    query_gradient_kernel<<<static_cast<unsigned>(rows * call.sizes.heads), CudaAttentionGradient::threads, 0,
                            cudaStreamPerThread>>>(call);
    key_gradient_kernel<<<static_cast<unsigned>(rows * call.sizes.key_value_heads), CudaAttentionGradient::threads, 0,
                          cudaStreamPerThread>>>(call);
    cuda_check("attention_backward", cudaGetLastError());
}

}  // namespace genotype::inline v0_1::kernels::detail
