// What the program vae is asked for, and its trainings, of which each file of the program compiles some.
#pragma once

#include <string>

#include "common.hpp"

namespace example {

struct VaeSettings {
    Flags flags{};
    std::string model = "mlp";
    bool mean_per_value = false;
    float beta = 1, free_bits = 0, seconds = 0;
    int beta_warmup = 0, second_epochs = 40, importance_draws = 0;

    /// Of --seconds; 0: no limit.
    float seconds_of_second_stage() const { return model == "two-stage" ? seconds / 5 : 0; }
};

/// By --model, where that is not the plain one. Trains, and writes images, samples and losses. The exit code.
int train_vae_of_images(const VaeSettings& settings);

/// The plain one on an NVIDIA GPU, where nvcc compiled vae_cuda.cu.
int train_vae_on_cuda(const VaeSettings& settings);

}  // namespace example
