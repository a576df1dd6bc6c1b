// The core and the devices over thrust.
#pragma once

#include "genotype/genotype.hpp"
#include "genotype/kernels/thrust.hpp"
