// What every trainer is an instance of.
#pragma once

#include "genotype/kernels/device.hpp"
#include "genotype/optimizers/adam.hpp"

namespace genotype {

/// Trains one kind of model; see the specialisations `gan_trainer.hpp` and `vae_trainer.hpp`.
template <class Net, class Device = Cpu, class Optimizer = Adam>
class Trainer;

}  // namespace genotype
