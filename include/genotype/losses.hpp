// The list of losses.
#pragma once

#include "genotype/losses/adversarial.hpp"
#include "genotype/losses/bce.hpp"
#include "genotype/losses/bce_with_logits.hpp"
#include "genotype/losses/cross_entropy.hpp"
#include "genotype/losses/gaussian_kl.hpp"
#include "genotype/losses/gradient_penalties.hpp"
#include "genotype/losses/hinge.hpp"
#include "genotype/losses/l1.hpp"
#include "genotype/losses/loss_call.hpp"
#include "genotype/losses/mse.hpp"
#include "genotype/losses/pointwise.hpp"
#include "genotype/losses/relativistic.hpp"
#include "genotype/losses/wasserstein.hpp"
