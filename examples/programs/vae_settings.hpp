// What the program vae is asked for, and its trainings, of which each file of the program compiles some.
#pragma once

#include <filesystem>
#include <string>

#include "common.hpp"

namespace example {

struct VaeSettings {
    Flags flags{};
    std::string model = "mlp";
    bool mean_per_value = false;
    bool labels = false;  // a conditional one
    float beta = 1, free_bits = 0, seconds = 0;
    int beta_warmup = 0, second_epochs = 40, importance_draws = 0;
    float temperature = 1;  // of samples by a prior over codes, and the next two
    int top_k = 0;
    std::filesystem::path labels_file{};

    /// Of --seconds; 0: no limit.
    float seconds_of_second_stage() const {
        return model == "two-stage" ? seconds / 5 : model == "vq" ? seconds * 3 / 4 : 0;
    }
};

/// Throws `Error` where a flag is of samples that --model does not draw, or of classes that it does not read.
inline void check_samples(const VaeSettings& settings) {
    const bool is_vq = settings.model == "vq";
    const auto refuse = [&](const char* flag) {
        genotype::fail(flag, "flag", "it", "none with --model " + settings.model + ": it is of vq's samples");
    };
    if (!is_vq && settings.temperature != 1) refuse("--temperature");
    if (!is_vq && settings.top_k != 0) refuse("--top-k");
    if (!is_vq && !settings.labels && !settings.labels_file.empty())
        genotype::fail("--labels-file", "flag", "it", "none with --model " + settings.model + " without --labels");
    if (!settings.labels) return;
    if (is_vq) genotype::fail("--labels", "flag", "it", "none with --model vq, which always reads the classes' names");
    if (settings.model == "two-stage")
        genotype::fail("--labels", "model", settings.model, "mlp or conv: the flow of latents reads no class");
    if (settings.flags.device != "cpu")
        genotype::fail("--labels", "device", settings.flags.device, "cpu, where alone it is built");
}

/// By --model and --labels, where that is not the plain one. Trains, and writes images, samples and losses. The exit
/// code.
int train_vae_of_images(const VaeSettings& settings);

/// The plain one on an NVIDIA GPU, where nvcc compiled vae_cuda.cu.
int train_vae_on_cuda(const VaeSettings& settings);

}  // namespace example
