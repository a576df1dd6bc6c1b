// Shortcuts: images from noise in one step, or in few.
#pragma once

#include "genotype/genotype.hpp"
#include "genotype/models/shortcut.hpp"
#include "genotype/models/shortcut_sampler.hpp"
#include "genotype/training/shortcut_trainer.hpp"
