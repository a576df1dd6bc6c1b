// Everything that reads data: pictures by name or from files, data sets, loaders.
#pragma once

#include "genotype/data/cifar10.hpp"
#include "genotype/data/dataset.hpp"
#include "genotype/data/float_pictures.hpp"
#include "genotype/data/grey.hpp"
#include "genotype/data/idx.hpp"
#include "genotype/data/loader.hpp"
#include "genotype/data/loader_position.hpp"
#include "genotype/data/named.hpp"
#include "genotype/data/picture_folder.hpp"
#include "genotype/data/pictures.hpp"
#include "genotype/data/png_reader.hpp"
#include "genotype/data/range.hpp"
#include "genotype/data/resize.hpp"
#include "genotype/data/shuffle.hpp"
#include "genotype/data/split.hpp"
#include "genotype/data/text_windows.hpp"
