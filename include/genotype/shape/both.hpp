// The marks of what runs on a GPU.
#pragma once

// In front of a function that kernels call: nvcc compiles it for the GPU, too.
#if defined(__CUDACC__)
#define GENOTYPE_BOTH __host__ __device__
#else
#define GENOTYPE_BOTH
#endif

// In front of the parameters of a lambda that is a kernel: nvcc compiles it for the GPU alone. Lambdas for both it
// copies by functions that it keeps for each file apart, of which the linker may make one: programs of two files have
// called address 0. So the devices of the host over thrust do not run in what nvcc compiles.
#if defined(__CUDACC__)
#define GENOTYPE_KERNEL __device__
#else
#define GENOTYPE_KERNEL
#endif
