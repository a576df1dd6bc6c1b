// The core and the device of an NVIDIA GPU. For nvcc alone.
#pragma once

#include "genotype/kernels/cuda/cuda.hpp"
#include "genotype/thrust.hpp"
