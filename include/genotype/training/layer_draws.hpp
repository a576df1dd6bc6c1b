// The random numbers that a model's layers draw in a training's steps.
#pragma once

#include "genotype/random/random_state.hpp"

namespace genotype::inline v0_1::detail {

/// Layers take from a state that counts on from a number in the device's memory, so that a recorded step draws others
/// in each replay. How many a step takes is what it took when its layers last ran on the host.
class LayerDraws {
  public:
    explicit LayerDraws(std::uint64_t seed) : state_{.seed = seed, .stream = streams::layers}, taken_(state_) {}

    /// What layers take from in a step that begins at the position `base`.
    RandomState* begin(const std::uint64_t* base) {
        taken_ = state_.counting_on(base);
        return &taken_;
    }
    /// To be called after the step.
    void end() { state_.position += taken_.position; }

    /// Between steps: where the next one begins.
    RandomState& state() { return state_; }

  private:
    RandomState state_, taken_;
};

}  // namespace genotype::inline v0_1::detail
