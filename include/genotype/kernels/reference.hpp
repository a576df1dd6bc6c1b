// Every kernel of the reference device.
#pragma once

#include "genotype/kernels/reference/attention.hpp"
#include "genotype/kernels/reference/convolution.hpp"
#include "genotype/kernels/reference/cross_entropy.hpp"
#include "genotype/kernels/reference/elementwise.hpp"
#include "genotype/kernels/reference/embedding.hpp"
#include "genotype/kernels/reference/gaussian.hpp"
#include "genotype/kernels/reference/halves.hpp"
#include "genotype/kernels/reference/normalization_batch.hpp"
#include "genotype/kernels/reference/normalization_group.hpp"
#include "genotype/kernels/reference/normalization_layer.hpp"
#include "genotype/kernels/reference/normalization_rms.hpp"
#include "genotype/kernels/reference/pooling.hpp"
#include "genotype/kernels/reference/random.hpp"
#include "genotype/kernels/reference/rearrange.hpp"
#include "genotype/kernels/reference/rotary.hpp"
#include "genotype/kernels/reference/spread.hpp"
