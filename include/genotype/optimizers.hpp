// The list of optimisers.
#pragma once

#include "genotype/optimizers/adam.hpp"
#include "genotype/optimizers/adam_update.hpp"
#include "genotype/optimizers/adamw.hpp"
#include "genotype/optimizers/clip.hpp"
#include "genotype/optimizers/decayed.hpp"
#include "genotype/optimizers/rmsprop.hpp"
#include "genotype/optimizers/schedule.hpp"
#include "genotype/optimizers/sgd.hpp"
