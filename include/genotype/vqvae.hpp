// VQ-VAE: images as codes, and images from codes.
#pragma once

#include "genotype/genotype.hpp"
#include "genotype/models/vqvae.hpp"
#include "genotype/models/vqvae_codes.hpp"
#include "genotype/training/vqvae_trainer.hpp"
