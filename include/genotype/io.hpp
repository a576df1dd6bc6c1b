// Everything that goes to files and comes from them: weights, and images, grids, charts, arrays, tables.
#pragma once

#include "genotype/files/atomic_file.hpp"
#include "genotype/images/apng.hpp"
#include "genotype/images/grid.hpp"
#include "genotype/images/png.hpp"
#include "genotype/io/csv.hpp"
#include "genotype/io/gguf.hpp"
#include "genotype/io/load_model.hpp"
#include "genotype/io/npy.hpp"
#include "genotype/io/plot.hpp"
#include "genotype/io/safetensors.hpp"
#include "genotype/io/safetensors_writer.hpp"
#include "genotype/io/save_model.hpp"
