// Sums of groups on a GPU: a block of threads for each group.
#pragma once

#include <algorithm>
#include <climits>
#include <type_traits>

#include "genotype/kernels/cuda/system.hpp"
#include "genotype/kernels/portable/block_sums.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// The block of the running thread. The host compiles these functions and never calls them.
struct CudaBlock {
    GENOTYPE_BOTH int thread() const {
#if defined(__CUDA_ARCH__)
        return static_cast<int>(threadIdx.x);
#else
        return 0;
#endif
    }
    GENOTYPE_BOTH int threads() const {
#if defined(__CUDA_ARCH__)
        return static_cast<int>(blockDim.x);
#else
        return 1;
#endif
    }
    GENOTYPE_BOTH void sync() const {
#if defined(__CUDA_ARCH__)
        __syncthreads();
#endif
    }
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    /// By a warp's tensor core, see `warp_left`. The values of both sides are TF32.
    __device__ void multiply(const float (&left)[4], const float (&right)[2], float (&sums)[4]) const {
        const auto bits = [](float value) { return __float_as_uint(value); };
        asm volatile(
            "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
            "{%0, %1, %2, %3};"
            : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
            : "r"(bits(left[0])), "r"(bits(left[1])), "r"(bits(left[2])), "r"(bits(left[3])), "r"(bits(right[0])),
              "r"(bits(right[1])));
    }
#endif
};

/// Shared memory that a block has on every GPU without asking for more.
inline constexpr long shared_bytes = 48 * 1024;

template <class Sum, class Value, class Finish>
__global__ void __launch_bounds__(1024)
    sum_groups_kernel(long groups, long length, Sum none, Value value, Finish finish) {
    extern __shared__ double2 shared[];  // aligned for all kinds of sums
    static_assert(alignof(Sum) <= alignof(double2) && sizeof(Sum) * 32 <= shared_bytes);
    for (long group = blockIdx.x; group < groups; group += gridDim.x)
        sum_group(CudaBlock{}, reinterpret_cast<Sum*>(shared), group, length, none, value, finish);
}

/// See the generic one. Nothing is added atomically: the same bits in every run.
template <OnCuda System, class Sum, class Value, class Finish>
void sum_groups(Thrust<System>, long groups, long length, Sum none, Value value, Finish finish) {
    if (groups <= 0) return;
    const int threads = summing_threads(length, sizeof(Sum), shared_bytes);
    const auto blocks = static_cast<unsigned>(std::min<long>(groups, INT_MAX));
    sum_groups_kernel<<<blocks, static_cast<unsigned>(threads), static_cast<std::size_t>(threads) * sizeof(Sum),
                        cudaStreamPerThread>>>(groups, length, none, value, finish);
    cuda_check("sum_groups", cudaGetLastError());
}

template <class Result, class Sum, class Value, class Make, class Then>
__global__ void __launch_bounds__(1024)
    sum_groups_then_kernel(long groups, long length, Sum none, Value value, Make make, long count, Then then) {
    extern __shared__ double2 shared[];
    __shared__ alignas(16) unsigned char result[sizeof(Result)];
    static_assert(alignof(Sum) <= alignof(double2) && alignof(Result) <= 16);
    for (long group = blockIdx.x; group < groups; group += gridDim.x)
        sum_group_then(CudaBlock{}, reinterpret_cast<Sum*>(shared), reinterpret_cast<Result*>(result), group, length,
                       none, value, make, count, then);
}

/// See the generic one.
template <OnCuda System, class Sum, class Value, class Make, class Then>
void sum_groups_then(Thrust<System>, long groups, long length, Sum none, Value value, Make make, long count,
                     Then then) {
    using Result = decltype(make(0L, none));
    static_assert(std::is_trivially_copyable_v<Result>);
    if (groups <= 0) return;
    const int threads = summing_threads(length < count ? count : length, sizeof(Sum), shared_bytes - 64);
    const auto blocks = static_cast<unsigned>(std::min<long>(groups, INT_MAX));
    sum_groups_then_kernel<Result>
        <<<blocks, static_cast<unsigned>(threads), static_cast<std::size_t>(threads) * sizeof(Sum),
           cudaStreamPerThread>>>(groups, length, none, value, make, count, then);
    cuda_check("sum_groups_then", cudaGetLastError());
}

}  // namespace genotype::inline v0_1::kernels::detail
