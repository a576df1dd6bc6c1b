// What the program dcgan is asked for, and its trainings, of which each file of the program compiles some.
#pragma once

#include <filesystem>
#include <string>

#include "common.hpp"

namespace example {

struct DcganSettings {
    Flags flags{};
    float seconds = 0, beta1 = 0.9f, gamma = 1;
    float score_seconds = 0;
    int score_samples = 2000;
    std::string recipe = "dcgan", size = "32";
    bool has_labels = false, has_diff_augment = false;
    std::filesystem::path labels_file{};
};

/// By --recipe, --labels and --size, where they are not the plain one's. Trains, and writes images, samples and losses.
/// The exit code.
int train_by_recipe(const DcganSettings& settings);

/// The plain one on an NVIDIA GPU, where nvcc compiled dcgan_cuda.cu.
int train_dcgan_on_cuda(const DcganSettings& settings);

}  // namespace example
