// What every trainer is an instance of.
#pragma once

#include <string>

#include "genotype/kernels/device.hpp"
#include "genotype/optimizers/adam.hpp"
#include "genotype/training/recipe_report.hpp"

namespace genotype::inline v0_1 {

/// Trains by a recipe, see `recipe.hpp`: one of your own, or what the library brings for a type, in `gan_trainer.hpp`,
/// `vae_trainer.hpp`, `vqvae_trainer.hpp`, `flow_trainer.hpp`, `diffusion_trainer.hpp`, `supervised_trainer.hpp` and
/// `text_trainer.hpp`. This is what is there for a network without one.
template <class Net, class Device = Cpu, class Optimizer = Adam>
class Trainer {
    using Recipe = typename why::no_trainer_has_a_recipe_for_this_network<
        why::got<Net>, why::hint_there_are_GAN_and_VAE_and_LanguageModel_and_Supervised_or_a_step_of_your_own>::model;
};

template <class Itself>
class Checkpointed;

namespace detail {

/// Which training the checkpoints in a folder belong to. Without an id before the first one is saved or resumed from;
/// no step depends on it.
struct TrainingRun {
    std::string id = {};     // 16 digits
    std::string after = {};  // ids of those of which checkpoints were in the folder when this one began, with commas
};

/// The run of a trainer, which concerns checkpoints alone.
struct RunOf {
    template <class Itself>
    TrainingRun& operator()(const Checkpointed<Itself>& trainer) const {
        return trainer.training_run_;
    }
};

}  // namespace detail

/// What every trainer inherits: checkpoints, from which a training resumes as if it had never stopped, to the bit.
/// Needs <genotype/checkpoint.hpp>, which reaches JSON and files, as the core does not.
template <class Itself>
class Checkpointed {
  public:
    /// Writes everything that the next step depends on to one safetensors file: trainer.save(path),
    /// trainer.save(path, loader), trainer.save(path, loader, history). The file is replaced whole or not at all.
    template <class Path, class... With>
    void save(const Path& path, const With&... with) const {
        const Itself& trainer = static_cast<const Itself&>(*this);
        constexpr bool is_there = requires {
            save_checkpoint(trainer, path, with...);
        };
        static_assert(
            is_there,
            "#include <genotype/checkpoint.hpp>; save takes a path, then what gives batches, a History or both");
        if constexpr (is_there) save_checkpoint(trainer, path, with...);
    }

    /// Resumes where `save` was called, with the same things in any order. Whatever does not fit (another model, other
    /// options, a missing tensor, a newer format) is one `Error` that lists everything, and the training is as it was.
    /// The device may be another; then the training resumes by that one's roundings.
    template <class Path, class... With>
    void resume(const Path& path, With&... with) {
        Itself& trainer = static_cast<Itself&>(*this);
        constexpr bool is_there = requires {
            resume_checkpoint(trainer, path, with...);
        };
        static_assert(
            is_there,
            "#include <genotype/checkpoint.hpp>; resume takes a path, then what gives batches, a History or both");
        if constexpr (is_there) resume_checkpoint(trainer, path, with...);
    }

  private:
    friend struct detail::RunOf;

    mutable detail::TrainingRun training_run_;
};

}  // namespace genotype::inline v0_1
