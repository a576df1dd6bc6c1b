// Images from the words of a prompt: what `vae --model vq` learns and `draw` draws.
#pragma once

#include <cstdint>
#include <filesystem>
#include <genotype/images/images.hpp>
#include <string>
#include <vector>

#include "vae_settings.hpp"

namespace example {

/// The defaults of a VQ-VAE and of its prior.
inline void set_defaults_of_codes(VaeSettings& settings) {
    settings.model = "vq";
    settings.flags.learning_rate = 1.5e-3f;
    settings.flags.epochs = 3;
    settings.second_epochs = 2;
}

/// Trains both. Writes reconstructions, samples and losses, and the model as `file`. The exit code. Throws `Error`
/// before anything is trained where the classes' names have not the words of `prompt`, if there is one.
int train_vae_of_codes(const VaeSettings& settings, const std::filesystem::path& file, const std::string& prompt = "");

struct PromptedImages {
    genotype::ImageData images;
    bool is_name;  // false: a class is called so by none of the images that were learnt
};

/// `count` images of a prompt such as "ankle boot" by the model of that file; the same for the same seed. Throws
/// `Error` where it does not know a word.
PromptedImages draw_prompted(const std::filesystem::path& file, const std::string& prompt, int count,
                             const VaeSettings& settings);

}  // namespace example
