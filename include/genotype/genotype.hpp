// genotype: generative models whose architecture is their type. This is the core; <genotype/data.hpp> reads data sets,
// <genotype/io.hpp> writes pictures and files, <genotype/testing.hpp> checks layers of one's own.
#pragma once

#include "genotype/kernels/cpu.hpp"
#include "genotype/kernels/reference.hpp"
#include "genotype/layers.hpp"
#include "genotype/model/model.hpp"
#include "genotype/model/repeat.hpp"
#include "genotype/model/residual.hpp"
#include "genotype/model/sequential.hpp"
