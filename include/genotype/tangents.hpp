// Tangents of networks with their backward, and GANs with gradient penalties: <genotype/genotype.hpp> and these.
#pragma once

#include "genotype/genotype.hpp"
#include "genotype/network/tangent_workspace.hpp"
#include "genotype/training/penalized_gan_trainer.hpp"
