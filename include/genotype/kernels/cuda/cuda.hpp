// The device `Cuda`: kernels over thrust, and some of our own, on an NVIDIA GPU. For nvcc alone.
#pragma once

#include "genotype/kernels/cuda/graph.hpp"
#include "genotype/kernels/cuda/product.hpp"
#include "genotype/kernels/cuda/sums.hpp"
#include "genotype/kernels/cuda/system.hpp"
#include "genotype/kernels/cuda/transfer.hpp"
