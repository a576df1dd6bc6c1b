// Diffusion: images from noise that is taken away.
#pragma once

#include "genotype/genotype.hpp"
#include "genotype/models/diffusion.hpp"
#include "genotype/models/diffusion_sampler.hpp"
#include "genotype/training/diffusion_trainer.hpp"
