// The training step of a diffusion.
#pragma once

#include <cstddef>
#include <vector>

#include "genotype/losses/mse.hpp"
#include "genotype/models/diffusion.hpp"
#include "genotype/training/timed_recipe.hpp"

namespace genotype::inline v0_1 {

/// Options of a diffusion's trainer.
template <class Optimizer>
struct DiffusionOptions {
    Optimizer optimizer{};
    Schedule schedule{};
    float clip_norm = 1;       // 0: no clipping
    float average = 0;         // decay of the average of weights, such as 0.999; 0: none
    int accumulate = 1;        // micro-batches that a batch goes through the networks in: see `MicroBatch`
    ParameterGroups groups{};  // parameters with options of their own, or frozen
    float label_drop = 0.1f;   // share of the labels that become "none", for guidance; 0 where there are no labels
    int batch = 64;            // the largest batch that a step will see
    std::uint64_t seed = 0;

    /// Calls visit(name, value) for every option. A field that is not taken apart here does not compile.
    template <class Visit>
    constexpr void for_each_option(Visit&& visit) const {
        const auto& [of_model, rates, longest, decay, pieces, own, dropped, largest, draws] = *this;
        visit("optimizer", of_model);
        detail::visit_shared_options(visit, rates, longest, decay, pieces, own);
        visit("label_drop", dropped);
        visit("batch", largest);
        visit("seed", draws);
    }
};

namespace detail {

/// A timestep of a draw from N(0, 1), each as likely as any other.
struct Timestep {
    float timesteps;

    template <class V>
    constexpr V operator()(V draw) const {
        return floor(min(V(timesteps) * normal_probability(draw), V(timesteps - 1)));
    }
};
struct TimeOfTimestep {
    float timesteps;

    template <class V>
    constexpr V operator()(V timestep) const {
        return timestep / V(timesteps);
    }
};

/// The levels of noise where a device's steps read them.
template <class Noise, class Device>
class LevelsOfNoise {
  public:
    LevelsOfNoise(int, const Device&) : values_(2 * Noise::timesteps) {
        std::vector<float> host;
        for (const NoiseLevel& level : noise_levels<Noise>()) {
            host.push_back(static_cast<float>(level.of_image));
            host.push_back(static_cast<float>(level.of_noise));
        }
        Device::upload(host.data(), values_.size(), values_.data());
    }

    const float* data() const { return values_.data(); }

  private:
    Arena<Device> values_;
};

/// For each image, at a timestep of its own, each as likely as any other, the network is given the image with noise and
/// tells v; the loss is the mean squared error.
/// PyTorch: diffusers' DDPMScheduler(beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction"), its add_noise
/// and get_velocity, and mse_loss.
///
///     Trainer<Diffusion<UNet, Image>> trainer({.average = 0.999f});
///     for (const auto& batch : loader) trainer.step(batch);  // images between -1 and 1, with labels
template <Layer N, ShapeType I, class Time, class Label, class S>
struct RecipeOf<combinators::Diffusion<N, I, Time, Label, S>>
    : TimedRecipe<combinators::Diffusion<N, I, Time, Label, S>> {
    using Base = TimedRecipe<combinators::Diffusion<N, I, Time, Label, S>>;
    using Sums = typename Base::Sums;
    template <class Device>
    using Beside = LevelsOfNoise<S, Device>;
    // Timesteps, times, labels; with noise, velocities, gradients.
    using Scratch = Shapes<Shape<1>, Shape<1>, Shape<1>, I, I, I>;
    template <class Optimizer>
    using Options = DiffusionOptions<Optimizer>;

    template <class Step>
    static void step(Step& s) {
        const auto noise = s.template normal<I>();
        constexpr auto timesteps = static_cast<float>(S::timesteps);
        const auto n = s.compute(Timestep{timesteps}, s.template normal<Shape<1>>());
        float *const x = s.template memory<I>(), *const velocity = s.template memory<I>();
        diffuse(s.device(), s.size(), I::count, s.beside().data(), n.data, s.batch().data, noise.data, x, velocity);
        const auto output = s.run({x, s.size()}, Base::inputs(s, s.compute(TimeOfTimestep{timesteps}, n)));
        s.template learn<MSE>(&Sums::velocity, output, typename Step::template Batch<I>{velocity, s.size()});
    }

    template <class Optimizer>
    static void check(const DiffusionOptions<Optimizer>& options) {
        Base::check_label_drop(options.label_drop);
    }
};

}  // namespace detail
}  // namespace genotype::inline v0_1
