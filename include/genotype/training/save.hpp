// Writing the weights of what a trainer trains.
#pragma once

#include <filesystem>

#include "genotype/io/save_model.hpp"
#include "genotype/training/gan_trainer.hpp"
#include "genotype/training/training_state.hpp"
#include "genotype/training/vae_trainer.hpp"

namespace genotype::inline v0_1 {

namespace detail {

[[gnu::cold]] inline FileMetadata state_metadata(const TrainingState& state) {
    FileMetadata metadata = weights_metadata(state.training);
    for (const auto& [key, name] : state.models) add_text(metadata, key, name);
    return metadata;
}

}  // namespace detail

/// Writes the weights of all models that a trainer trains to one file: of a GAN with the prefixes "generator." and
/// "discriminator.", of a VAE without one. `load` of a model reads any of them; see `save` of a model. The metadata
/// tells the steps and the seed. `trainer.save(path)` writes all that a training needs to resume.
/// PyTorch equivalent: save_file of the state_dict of a module with the members `generator` and `discriminator`.
template <class Net, class Device, class Optimizer>
void save(const Trainer<Net, Device, Optimizer>& trainer, const std::filesystem::path& path) {
    const auto state = detail::describe(trainer);
    detail::save_state(state.weights, path, detail::state_metadata(state));
}

}  // namespace genotype::inline v0_1
