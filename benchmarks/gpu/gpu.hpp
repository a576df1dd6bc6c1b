// What the contestants of the race on a GPU share: `PROGRAM TASK BATCH SEED` gets ready, and then answers what
// gpu_race.py asks. `PROGRAM gpu` says which GPU there is, and ends.
#pragma once

#include <cuda_runtime.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "../race/serve.hpp"
#include "genotype/kernels/cuda/cuda.hpp"
#include "genotype/kernels/thrust.hpp"
#include "genotype/memory/arena.hpp"
#include "genotype/memory/tensor.hpp"

namespace race {

/// Megabytes of the GPU's memory that are not free, of all programs; 0 where that cannot be asked.
inline double gpu_megabytes() {
    std::size_t unused = 0, all = 0;
    return cudaMemGetInfo(&unused, &all) == cudaSuccess ? static_cast<double>(all - unused) / (1 << 20) : 0;
}

/// A GPU, for serve().
struct OnGpu {
    static constexpr bool runs_ahead = true;
    std::FILE* answers = stdout;
    double before = 0;  // megabytes

    void wait() const { genotype::Cuda::synchronize(); }
    double megabytes() const { return gpu_megabytes() - before; }
    void choose(const std::string&) const {}
};

struct GpuSetting {
    int batch = 64;
    unsigned seed = 0;
    OnGpu gpu;
};

/// A copy on the GPU.
template <genotype::ShapeType S>
genotype::Arena<genotype::Cuda> on_gpu(const genotype::Tensor<S>& values) {
    genotype::Arena<genotype::Cuda> copy(values.size());
    genotype::Cuda::upload(values.data(), values.size(), copy.data());
    return copy;
}

/// Numbers between -1 and 1 there.
inline genotype::Arena<genotype::Cuda> numbers_on_gpu(long count) {
    genotype::Arena<genotype::Cuda> values(count);
    fill_uniform(genotype::Cuda{}, count, genotype::RandomState{.seed = 1}, -1, 1, values.data());
    return values;
}

inline int say_gpu() {
    cudaDeviceProp gpu{};
    if (const cudaError_t result = cudaGetDeviceProperties(&gpu, 0); result != cudaSuccess) {
        std::printf("No GPU: %s\n", cudaGetErrorString(result));
        return 77;
    }
    std::printf("%s, %d multiprocessors, %.0f GB, compute capability %d.%d\n", gpu.name, gpu.multiProcessorCount,
                static_cast<double>(gpu.totalGlobalMem) / (1 << 30), gpu.major, gpu.minor);
    return 0;
}

using GpuTask = int(const GpuSetting&);

/// A program's main.
inline int run_task(int argc, char** argv, std::initializer_list<std::pair<std::string_view, GpuTask*>> tasks) {
    if (argc == 2 && argv[1] == std::string_view("gpu")) return say_gpu();
    try {
        if (argc == 4)
            for (const auto& [name, task] : tasks)
                if (name == argv[1]) {
                    // What libraries print goes to standard error, not between the answers.
                    OnGpu gpu{.answers = fdopen(dup(1), "w")};
                    dup2(2, 1);
                    genotype::Cuda::synchronize();  // begins, before the memory in use is looked at
                    gpu.before = gpu_megabytes();
                    return task({std::atoi(argv[2]), static_cast<unsigned>(std::atoi(argv[3])), gpu});
                }
        std::fprintf(stderr, "usage: %s gpu, or TASK BATCH SEED, TASK one of:", argv[0]);
        for (const auto& [name, task] : tasks) std::fprintf(stderr, " %s", name.data());
        std::fputs("\n", stderr);
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}

}  // namespace race
