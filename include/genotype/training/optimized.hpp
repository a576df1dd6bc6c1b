// An optimiser at work on one model.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "genotype/model/model.hpp"
#include "genotype/optimizers/adam.hpp"
#include "genotype/optimizers/clip.hpp"
#include "genotype/optimizers/decayed.hpp"

namespace genotype {

/// The gradients of one model type, in one arena; those of another model are another type.
template <Layer Net, class Device = Cpu>
class Gradients {
  public:
    float* data() { return values_.data(); }
    const float* data() const { return values_.data(); }
    long size() const { return values_.size(); }

  private:
    Arena<Device> values_{parameter_floats<Net>()};
};

/// An optimiser with the state that it keeps for a model: `optimizer.step(model, gradients)`.
template <Layer Net, class Device = Cpu, class Optimizer = Adam>
class Optimized {
  public:
    explicit Optimized(Optimizer optimizer = {}) : optimizer_(optimizer), stretches_(decay_stretches(optimizer)) {}

    /// Changes the model's parameters once. With `clip_norm` above 0 the gradients are first scaled down to that norm.
    void step(Model<Net, Device>& model, Gradients<Net, Device>& gradients, float learning_rate_factor = 1,
              float clip_norm = 0) {
        if (clip_norm > 0) clip_gradient_norm(Device{}, gradients.size(), gradients.data(), clip_norm, norm_.data());
        ++steps_;
        const auto step = [&](auto... stretches) {
            optimizer_.step(Device{}, gradients.size(), model.parameters.data(), gradients.data(), state_.data(),
                            steps_, learning_rate_factor, stretches...);
        };
        if constexpr (chooses)
            step(std::span<const DecayStretch>(stretches_));
        else
            step();
        model.prepare();
    }

    /// Does not compile: gradients of one model do not fit another.
    template <Layer Other, Layer OtherGradients>
    void step(Model<Other, Device>&, Gradients<OtherGradients, Device>&, float = 1, float = 0) {
        static_cast<void>(typename gradients_are_of_another_model<got<Gradients<OtherGradients>>, got<Model<Other>>,
                                                                  wants<Model<Net>>>::model{});
    }

    const Optimizer& optimizer() const { return optimizer_; }
    const std::int64_t& steps() const { return steps_; }
    std::int64_t& steps() { return steps_; }
    Arena<Device>& state() { return state_; }
    const Arena<Device>& state() const { return state_; }

  private:
    static constexpr bool chooses = requires(Optimizer optimizer) { optimizer.decayed; };

    /// The arena in as few stretches as there are; the gaps between tensors, which are zero and stay so, go with the
    /// tensor before them.
    static std::vector<DecayStretch> decay_stretches(const Optimizer& optimizer) {
        std::vector<DecayStretch> stretches;
        if constexpr (chooses)
            for_each_tensor<Net, Owned::parameters>([&](const std::string&, const Parameter& tensor, long offset) {
                const bool decayed = optimizer.decayed == Decayed::all || tensor.dims.rank >= 2;
                if (stretches.empty() || stretches.back().decayed != decayed) stretches.push_back({offset, 0, decayed});
                stretches.back().count = offset + aligned(tensor.count()) - stretches.back().first;
            });
        return stretches;
    }

    Optimizer optimizer_;
    std::vector<DecayStretch> stretches_;  // where the optimizer chooses what it decays
    Arena<Device> state_{Optimizer::states * parameter_floats<Net>()};
    Arena<Device> norm_{1 + sum_parts(Device{})};
    std::int64_t steps_ = 0;
};

}  // namespace genotype
