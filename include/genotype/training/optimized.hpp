// An optimiser at work on one model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "genotype/memory/sender.hpp"
#include "genotype/network/model.hpp"
#include "genotype/optimizers/adam.hpp"
#include "genotype/optimizers/clip.hpp"
#include "genotype/optimizers/decayed.hpp"
#include "genotype/training/grouped.hpp"
#include "genotype/training/tensor_turns.hpp"

namespace genotype::inline v0_1 {

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

namespace detail {

/// An optimiser at work, without its network's type.
template <class Device, class Optimizer>
class OptimizedWeights {
  public:
    using Update = typename Optimizer::Update;

    [[gnu::noinline]] OptimizedWeights(const Optimizer& optimizer, const LayerTree& model, long floats)
        : optimizer_(optimizer), decayed_(decay_turns(optimizer, model)), state_(Optimizer::states * floats) {}

    /// Half a step, for whoever records the other: counts the step and says by what numbers it is made.
    Update next(float learning_rate_factor) {
        ++steps_;
        if (groups_.is_there()) groups_.next(steps_, learning_rate_factor);
        return optimizer_.update_of(steps_, learning_rate_factor);
    }

    const Optimizer& optimizer() const { return optimizer_; }
    const std::int64_t& steps() const { return steps_; }
    std::int64_t& steps() { return steps_; }
    Arena<Device>& state() { return state_; }
    const Arena<Device>& state() const { return state_; }

  protected:
    [[gnu::noinline]] void group_parameters(const LayerTree& model, const ParameterGroups& groups,
                                            const std::string& prefix, std::vector<long>& found) {
        groups_ = groups.empty()
                      ? Grouped<Device, Optimizer>()
                      : Grouped<Device, Optimizer>(optimizer_, groups, cut_into_groups(model, groups, prefix, found));
    }
    [[gnu::noinline]] void change(const Device& device, long n, float* parameters, float* gradients, const Update* by,
                                  float clip_norm) {
        groups_.clear_frozen(device, gradients);
        if (clip_norm > 0) clip_gradient_norm(device, n, gradients, clip_norm, norm_.data());
        const auto apply = [&](const auto&... turns) {
            optimizer_.apply(device, n, parameters, gradients, state_.data(), by, turns...);
        };
        if (groups_.is_there())
            groups_.apply(device, optimizer_, n, parameters, gradients, state_.data());
        else if constexpr (chooses)
            apply(decayed_.turns());
        else
            apply();
    }

    Sent<Update, Device> update_{1};

  private:
    static constexpr bool chooses = requires(Optimizer optimizer) { optimizer.decayed; };

    static bool is_any(const Parameter&) { return true; }
    static bool is_matrix(const Parameter& tensor) { return tensor.dims.rank >= 2; }
    /// Where the optimizer chooses what it decays: the parameters in turns.
    static TensorTurns<Device> decay_turns([[maybe_unused]] const Optimizer& optimizer,
                                           [[maybe_unused]] const LayerTree& model) {
        if constexpr (chooses)
            return TensorTurns<Device>(
                turns_of(model, Owned::parameters, optimizer.decayed == Decayed::all ? is_any : is_matrix));
        else
            return {};
    }

    Optimizer optimizer_;
    TensorTurns<Device> decayed_;
    Grouped<Device, Optimizer> groups_;
    Arena<Device> state_;
    Arena<Device> norm_{1 + sum_parts(kernels::planned<Device>)};
    std::int64_t steps_ = 0;
};

}  // namespace detail

/// An optimiser with the state that it keeps for a model: `optimizer.step(model, gradients)`.
template <Layer Net, class Device = Cpu, class Optimizer = Adam>
class Optimized : public detail::OptimizedWeights<Device, Optimizer> {
    using Base = detail::OptimizedWeights<Device, Optimizer>;

  public:
    using typename Base::Update;

    explicit Optimized(Optimizer optimizer = {}) : Base(optimizer, detail::tree<Net>, parameter_floats<Net>()) {}
    /// With parameters in groups. Throws `Error` where a group has none.
    Optimized(Optimizer optimizer, const ParameterGroups& groups) : Optimized(optimizer) {
        std::vector<long> found(groups.size());
        group(groups, "", found);
        detail::check_groups(groups, found);
    }

    /// Puts parameters into groups, and adds to `found` how many each has of this model, whose names begin with
    /// `prefix`. To be called before the first step.
    void group(const ParameterGroups& groups, const std::string& prefix, std::vector<long>& found) {
        this->group_parameters(detail::tree<Net>, groups, prefix, found);
    }

    /// Changes the model's parameters once. With `clip_norm` above 0 the gradients are first scaled down to that norm.
    void step(Model<Net, Device>& model, Gradients<Net, Device>& gradients, float learning_rate_factor = 1,
              float clip_norm = 0) {
        this->update_.send_one(this->next(learning_rate_factor));
        apply(model, gradients, this->update_.data(), clip_norm);
    }

    /// The other half of a step, after `next`: makes it by the numbers that stand at `by`, where the device reads.
    void apply(Model<Net, Device>& model, Gradients<Net, Device>& gradients, const Update* by, float clip_norm) {
        this->change(model.runs_on(), gradients.size(), model.parameters.data(), gradients.data(), by, clip_norm);
        model.template prepare<PackedAfter::update>();
    }

    /// Does not compile: gradients of one model do not fit another.
    template <Layer Other, Layer OtherGradients>
    void step(Model<Other, Device>&, Gradients<OtherGradients, Device>&, float = 1, float = 0) {
        using Got = why::got<Gradients<OtherGradients>>;
        using said = why::gradients_are_of_another_model<Got, why::got<Model<Other>>, why::wants<Model<Net>>>;
        static_cast<void>(typename said::model{});
    }
};

}  // namespace genotype::inline v0_1
