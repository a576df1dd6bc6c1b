// The device `Cuda`: kernels over thrust, and some of our own, on an NVIDIA GPU. For nvcc alone.
#pragma once

#include "genotype/kernels/thrust/cuda_graph.hpp"
#include "genotype/kernels/thrust/cuda_product.hpp"
#include "genotype/kernels/thrust/cuda_sums.hpp"
#include "genotype/kernels/thrust/cuda_system.hpp"
#include "genotype/kernels/thrust/cuda_transfer.hpp"
