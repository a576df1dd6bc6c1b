// An NVIDIA GPU's memory and its queue of work, as a system of `Thrust`.
#pragma once

#if !defined(__CUDACC__)
#error "The device Cuda is compiled by nvcc: put what uses it into a .cu file, or use Cpu."
#endif

#include <cuda_runtime.h>
#include <thrust/system/cuda/execution_policy.h>

#include <concepts>
#include <cstddef>
#include <new>

#include "genotype/kernels/portable/device.hpp"
#include "genotype/shape/error.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// Throws `Error` with the call's name and CUDA's own words where `result` is not success; std::bad_alloc where the
/// GPU's memory is used up.
inline void cuda_check(const char* call, cudaError_t result) {
    if (result == cudaSuccess) return;
    cudaGetLastError();  // forgotten, so that the next kernel does not report it again
    if (result == cudaErrorMemoryAllocation) throw std::bad_alloc();
    fail("Cuda", call, genotype::detail::concat(cudaGetErrorName(result), " (", cudaGetErrorString(result), ")"),
         "success");
}

constexpr std::size_t bytes_of(long floats) {
    return static_cast<std::size_t>(floats) * sizeof(float);
}

}  // namespace detail

/// Memory of the current GPU; pointers to it are nothing for the host. All work is queued on the thread's own default
/// stream, after the kernels that the thread has called before. What the functions find wrong, also in those kernels,
/// is an `Error` that names the call and has CUDA's words.
struct CudaMemory {
    static constexpr bool on_host = false;

    /// Zeros; 256-byte aligned. Throws std::bad_alloc. Not in a captured step. Any thread may use the memory at once.
    static float* allocate(long floats) {
        float* data = nullptr;
        detail::cuda_check("cudaMalloc", cudaMalloc(reinterpret_cast<void**>(&data), detail::bytes_of(floats)));
        try {
            clear(data, floats);
            synchronize();
        } catch (...) {
            release(data);
            throw;
        }
        return data;
    }
    /// Waits for the GPU's work first.
    static void release(float* data) noexcept { cudaFree(data); }

    static void copy(const float* from, long floats, float* to) {
        if (floats > 0) transfer(from, floats, to, cudaMemcpyDeviceToDevice);
    }
    static void clear(float* data, long floats) {
        if (floats > 0)
            detail::cuda_check("cudaMemsetAsync",
                               cudaMemsetAsync(data, 0, detail::bytes_of(floats), cudaStreamPerThread));
    }

    /// From the host's memory to the GPU's, and back. Both wait until it is done, so not in a captured step.
    static void upload(const float* host, long floats, float* to) {
        if (floats > 0) transfer(host, floats, to, cudaMemcpyHostToDevice);
        synchronize();
    }
    static void download(const float* from, long floats, float* host) {
        if (floats > 0) transfer(from, floats, host, cudaMemcpyDeviceToHost);
        synchronize();
    }

    /// Waits until the GPU has done all that this thread has asked for.
    static void synchronize() {
        detail::cuda_check("cudaStreamSynchronize", cudaStreamSynchronize(cudaStreamPerThread));
    }

  private:
    static void transfer(const float* from, long floats, float* to, cudaMemcpyKind kind) {
        detail::cuda_check("cudaMemcpyAsync",
                           cudaMemcpyAsync(to, from, detail::bytes_of(floats), kind, cudaStreamPerThread));
    }
};

/// The current NVIDIA GPU, without a wait or a temporary of thrust's. The stream is named, not made: the tag has no
/// state, and a step can be captured.
struct CudaSystem {
    using Memory = CudaMemory;
    static constexpr long neighbours = 1;
    static constexpr bool tf32 = false;
    static constexpr long parts = 264;  // two for each processor of an H100; another number would be another order
    static auto policy() { return thrust::cuda::par_nosync.on(cudaStreamPerThread); }
};

/// The same, whose tiles of products may round to TF32.
struct CudaTf32System : CudaSystem {
    static constexpr bool tf32 = true;
};

/// A system of a GPU's.
template <class System>
concept OnCuda = std::same_as<typename System::Memory, CudaMemory>;

}  // namespace genotype::inline v0_1::kernels

namespace genotype::inline v0_1 {

/// Kernels on an NVIDIA GPU. A call returns before its kernel has run.
using Cuda = Thrust<kernels::CudaSystem>;

/// The same GPU with tensor cores for the products of `Linear`, `Conv` and `ConvT`, and their gradients: both sides are
/// rounded to TF32, 10 bits of fraction instead of 23, which changes a value by up to one part in 2048. The sums are
/// floats. Products of 8 rows or fewer, and all other kernels, are those of `Cuda`. Tensor cores of this kind are in
/// GPUs of compute capability 8.0 or newer, and code for such a one must be compiled (`CMAKE_CUDA_ARCHITECTURES`,
/// -arch); in code for older ones nothing is rounded. PyTorch: torch.backends.cuda.matmul.allow_tf32 = True,
/// torch.backends.cudnn.allow_tf32 = True.
using CudaTf32 = Thrust<kernels::CudaTf32System>;

}  // namespace genotype::inline v0_1
