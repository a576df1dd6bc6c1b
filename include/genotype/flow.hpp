// Flow matching: images from noise along straight ways.
#pragma once

#include "genotype/genotype.hpp"
#include "genotype/models/flow_matching.hpp"
#include "genotype/models/flow_sampler.hpp"
#include "genotype/training/flow_trainer.hpp"
