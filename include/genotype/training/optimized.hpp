// An optimiser at work on one model.
#pragma once

#include <cstdint>

#include "genotype/model/model.hpp"
#include "genotype/optimizers/adam.hpp"
#include "genotype/optimizers/clip.hpp"
#include "genotype/optimizers/decayed.hpp"
#include "genotype/tensor/sender.hpp"
#include "genotype/training/grouped.hpp"
#include "genotype/training/tensor_turns.hpp"

namespace genotype {

/// The gradients of one model type, in one arena; those of another model are another type.
template <Layer Net, class Device = Cpu>
class Gradients {
  public:
    using memory = MemoryOf<Device>;

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

    explicit Optimized(Optimizer optimizer = {}) : optimizer_(optimizer), decayed_(decay_turns(optimizer)) {}
    /// With parameters in groups. Throws `Error` where a group has none.
    Optimized(Optimizer optimizer, const ParameterGroups& groups) : Optimized(optimizer) {
        std::vector<long> found(groups.size());
        group(groups, "", found);
        detail::check_groups(groups, found);
    }

    /// Puts parameters into groups, and adds to `found` how many each has of this model, whose names begin with
    /// `prefix`. To be called before the first step.
    void group(const ParameterGroups& groups, const std::string& prefix, std::vector<long>& found) {
        if (!groups.empty())
            groups_ = detail::Grouped<Device, Optimizer>(
                optimizer_, groups, detail::cut_into_groups(detail::tree<Net>, groups, prefix, found));
    }

    /// Changes the model's parameters once. With `clip_norm` above 0 the gradients are first scaled down to that norm.
    void step(Model<Net, Device>& model, Gradients<Net, Device>& gradients, float learning_rate_factor = 1,
              float clip_norm = 0) {
        update_.send_one(next(learning_rate_factor));
        apply(model, gradients, update_.data(), clip_norm);
    }

    /// A step's two halves, for whoever records the second: counts the step and says by what numbers it is made; and
    /// makes it by those that stand at `by`, where the device reads.
    Update next(float learning_rate_factor) {
        ++steps_;
        if (groups_.is_there()) groups_.next(steps_, learning_rate_factor);
        return optimizer_.update_of(steps_, learning_rate_factor);
    }
    void apply(Model<Net, Device>& model, Gradients<Net, Device>& gradients, const Update* by, float clip_norm) {
        const Device& device = model.runs_on();
        groups_.clear_frozen(device, gradients.data());
        if (clip_norm > 0) clip_gradient_norm(device, gradients.size(), gradients.data(), clip_norm, norm_.data());
        const auto apply = [&](const auto&... turns) {
            optimizer_.apply(device, gradients.size(), model.parameters.data(), gradients.data(), state_.data(), by,
                             turns...);
        };
        if (groups_.is_there())
            groups_.apply(device, optimizer_, gradients.size(), model.parameters.data(), gradients.data(),
                          state_.data());
        else if constexpr (chooses)
            apply(decayed_.turns());
        else
            apply();
        model.template prepare<PackedAfter::update>();
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

    static bool is_any(const Parameter&) { return true; }
    static bool is_matrix(const Parameter& tensor) { return tensor.dims.rank >= 2; }
    /// Where the optimizer chooses what it decays: the parameters in turns.
    static detail::TensorTurns<Device> decay_turns([[maybe_unused]] const Optimizer& optimizer) {
        if constexpr (chooses)
            return detail::TensorTurns<Device>(detail::turns_of(
                detail::tree<Net>, detail::Owned::parameters,
                optimizer.decayed == detail::Decayed::all ? is_any : is_matrix));
        else
            return {};
    }

    Optimizer optimizer_;
    detail::TensorTurns<Device> decayed_;
    detail::Grouped<Device, Optimizer> groups_;
    detail::Sent<Update, Device> update_{1};
    Arena<Device> state_{Optimizer::states * parameter_floats<Net>()};
    Arena<Device> norm_{1 + sum_parts(kernels::planned<Device>)};
    std::int64_t steps_ = 0;
};

}  // namespace genotype
