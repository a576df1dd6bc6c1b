// Every kernel of the processor.
#pragma once

#include "genotype/kernels/cpu/chunks.hpp"
#include "genotype/kernels/cpu/convolution.hpp"
#include "genotype/kernels/cpu/convolution_phase.hpp"
#include "genotype/kernels/cpu/elementwise.hpp"
#include "genotype/kernels/cpu/lanes.hpp"
#include "genotype/kernels/cpu/normalization_batch.hpp"
#include "genotype/kernels/cpu/normalization_columns.hpp"
#include "genotype/kernels/cpu/normalization_group.hpp"
#include "genotype/kernels/cpu/normalization_layer.hpp"
#include "genotype/kernels/cpu/random.hpp"
#include "genotype/kernels/cpu/rearrange.hpp"
#include "genotype/kernels/cpu/sums.hpp"
#include "genotype/kernels/cpu/tile.hpp"
#include "genotype/kernels/cpu/vector.hpp"
