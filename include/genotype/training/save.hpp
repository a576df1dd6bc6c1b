// Writing the weights of what a trainer trains.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "genotype/io/save.hpp"
#include "genotype/training/gan_trainer.hpp"
#include "genotype/training/vae_trainer.hpp"

namespace genotype {

namespace detail {

template <class Optimizer>
std::string training_text(std::int64_t steps, std::uint64_t seed, int batch) {
    return std::to_string(steps) + " steps of " + type_name<Optimizer>() + ", batches of up to " +
           std::to_string(batch) + ", seed " + std::to_string(seed);
}

}  // namespace detail

/// Writes both halves of a GAN to one file, with the prefixes "generator." and "discriminator."; see `save` of a model.
/// Either is loaded alone: `load(generator, path, {.prefix = "generator."})`. The metadata tells the steps and the
/// seed. PyTorch: save_file of the state_dict of a module with the members `generator` and `discriminator`.
template <Layer G, Layer D, class Loss, ShapeType Noise, class Device, class Optimizer>
void save(const Trainer<combinators::Adversarial<G, D, Loss, Noise>, Device, Optimizer>& trainer,
          const std::filesystem::path& path) {
    const std::string generator = "generator.", discriminator = "discriminator.";
    std::vector<detail::StateTensor<const float>> state;
    detail::add_state<G>(state, trainer.generator().parameters.data(), trainer.generator().buffers.data(), generator,
                         KeepNames{});
    detail::add_state<D>(state, trainer.discriminator().parameters.data(), trainer.discriminator().buffers.data(),
                         discriminator, KeepNames{});
    const auto& options = trainer.options();
    Metadata metadata =
        detail::weights_metadata(detail::training_text<Optimizer>(trainer.steps(), options.seed, options.batch));
    const std::string first = model_name<G>(), second = model_name<D>();
    metadata.emplace(detail::model_key_of(""), detail::name_with("Adversarial", {first, second}));
    metadata.emplace(detail::model_key_of(generator), first);
    metadata.emplace(detail::model_key_of(discriminator), second);
    detail::save_state(state, path, metadata);
}

/// Writes a VAE, encoder and decoder; `load` of a model reads it. The metadata tells the steps and the seed.
template <Layer E, Layer D, class Loss, ShapeType I, class Device, class Optimizer>
void save(const Trainer<combinators::VariationalAutoencoder<E, D, Loss, I>, Device, Optimizer>& trainer,
          const std::filesystem::path& path) {
    const auto& options = trainer.options();
    save(trainer.model(), path,
         {.training = detail::training_text<Optimizer>(trainer.steps(), options.seed, options.batch)});
}

}  // namespace genotype
