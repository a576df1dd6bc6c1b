// Trainings that resume where they stopped, to the bit: trainer.save(path), trainer.resume(path), folders of
// checkpoints.
#pragma once

#include "genotype/training/checkpoint_file.hpp"
#include "genotype/training/checkpoints.hpp"
#include "genotype/training/history.hpp"
#include "genotype/training/interrupt.hpp"
#include "genotype/training/load.hpp"
#include "genotype/training/save.hpp"
