// The devices that tests of the kernels over thrust run on: those of the host, or, where nvcc compiles them, the GPU.
// There they hand the host's memory to kernels, so they run on the processor alone (tests/cuda/ptx).
#pragma once

#if defined(__CUDACC__)
#include "genotype/kernels/cuda/cuda.hpp"
#define GENOTYPE_THRUST_DEVICES genotype::Cuda
#else
#include "genotype/kernels/portable/device.hpp"
#define GENOTYPE_THRUST_DEVICES genotype::ThrustCpp, genotype::ThrustOmp
#endif
