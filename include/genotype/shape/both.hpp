// The mark of functions that run on the processor and on a GPU.
#pragma once

// In front of a function or lambda that kernels call: nvcc compiles it for the GPU, too.
#if defined(__CUDACC__)
#define GENOTYPE_BOTH __host__ __device__
#else
#define GENOTYPE_BOTH
#endif
