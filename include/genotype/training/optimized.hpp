// An optimiser at work on one model.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "genotype/model/model.hpp"
#include "genotype/optimizers/adam.hpp"
#include "genotype/optimizers/clip.hpp"
#include "genotype/optimizers/decayed.hpp"
#include "genotype/tensor/sender.hpp"

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
    using Update = typename Optimizer::Update;

    explicit Optimized(Optimizer optimizer = {}) : optimizer_(optimizer), decayed_(optimizer) {}

    /// Changes the model's parameters once. With `clip_norm` above 0 the gradients are first scaled down to that norm.
    void step(Model<Net, Device>& model, Gradients<Net, Device>& gradients, float learning_rate_factor = 1,
              float clip_norm = 0) {
        update_.send_one(next(learning_rate_factor));
        apply(model, gradients, update_.data(), clip_norm);
    }

    /// A step's two halves, for whoever records the second: counts the step and says by what numbers it is made; and
    /// makes it by those that stand at `by`, where the device reads.
    Update next(float learning_rate_factor) { return optimizer_.update_of(++steps_, learning_rate_factor); }
    void apply(Model<Net, Device>& model, Gradients<Net, Device>& gradients, const Update* by, float clip_norm) {
        const Device& device = model.runs_on();
        if (clip_norm > 0) clip_gradient_norm(device, gradients.size(), gradients.data(), clip_norm, norm_.data());
        const auto apply = [&](const auto&... turns) {
            optimizer_.apply(device, gradients.size(), model.parameters.data(), gradients.data(), state_.data(), by,
                             turns...);
        };
        if constexpr (chooses)
            apply(decayed_.turns());
        else
            apply();
        model.prepare();
    }

    /// Does not compile: gradients of one model do not fit another.
    template <Layer Other, Layer OtherGradients>
    void step(Model<Other, Device>&, Gradients<OtherGradients, Device>&, float = 1, float = 0) {
        using Got = why::got<Gradients<OtherGradients>>;
        using said = why::gradients_are_of_another_model<Got, why::got<Model<Other>>, why::wants<Model<Net>>>;
        static_cast<void>(typename said::model{});
    }

    const Optimizer& optimizer() const { return optimizer_; }
    const std::int64_t& steps() const { return steps_; }
    std::int64_t& steps() { return steps_; }
    Arena<Device>& state() { return state_; }
    const Arena<Device>& state() const { return state_; }

  private:
    static constexpr bool chooses = requires(Optimizer optimizer) { optimizer.decayed; };

    /// Where the optimizer chooses what it decays: the arena in as few stretches as there are. The gaps between
    /// tensors, which are zero and stay so, go with the tensor before them.
    class DecayTurns {
      public:
        explicit DecayTurns(const Optimizer& optimizer) {
            if constexpr (chooses) {
                std::vector<long> ends;
                int last = 0;
                for_each_tensor<Net, detail::Owned::parameters>(
                    [&](const std::string&, const Parameter& tensor, long offset) {
                        const int decayed = optimizer.decayed == detail::Decayed::all || tensor.dims.rank >= 2;
                        if (ends.empty()) first_ = decayed;
                        if (ends.empty() || decayed != last) ends.push_back(0);
                        ends.back() = offset + aligned(tensor.count());
                        last = decayed;
                    });
                count_ = static_cast<int>(ends.size());
                ends_ = detail::Sent<long, Device>(count_);
                std::copy(ends.begin(), ends.end(), ends_.staging());
                ends_.send(count_);
            }
        }
        kernels::Turns turns() const { return {ends_.data(), count_, first_}; }

      private:
        detail::Sent<long, Device> ends_{0};
        int count_ = 0, first_ = 0;
    };

    Optimizer optimizer_;
    DecayTurns decayed_;
    detail::Sent<Update, Device> update_{1};
    Arena<Device> state_{Optimizer::states * parameter_floats<Net>()};
    Arena<Device> norm_{1 + sum_parts(kernels::planned<Device>)};
    std::int64_t steps_ = 0;
};

}  // namespace genotype
