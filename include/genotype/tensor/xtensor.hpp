// Where interop/xtensor.hpp lay in version 0.1, for one minor version.
#pragma once

#include "genotype/interop/xtensor.hpp"
