// The average of a model's weights over the steps of a training.
#pragma once

#include <cstdint>

#include "genotype/kernels/device_resident.hpp"
#include "genotype/network/model.hpp"
#include "genotype/optimizers/average.hpp"
#include "genotype/training/tensor_turns.hpp"

namespace genotype::inline v0_1::detail {

/// An exponential moving average of parameters and buffers: decay * average + (1 - decay) * value after each step, and
/// a copy after the first. Batch statistics are averaged as the parameters are, because they are of activations that
/// the parameters make: to first order the average's own statistics are the average of the statistics. Counters are
/// copied. PyTorch: torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(decay),
/// use_buffers=True), which leaves num_batches_tracked at 1; without use_buffers it copies the statistics.
template <class Device>
class AveragedWeights {
  public:
    /// With a decay of 0 there is no average, and no memory for one.
    [[gnu::cold, gnu::noinline]] AveragedWeights(float decay, const LayerTree& model, long parameters, long buffers)
        : decay_(checked_average(decay)), parameters_(is_there() ? parameters : 0), buffers_(is_there() ? buffers : 0) {
        if (is_there())
            counters_ = TensorTurns<Device>(turns_of(model, Owned::buffers, [](const Parameter& tensor) {
                return tensor.initial.kind == Initial::counter;
            }));
    }

    bool is_there() const { return decay_ > 0; }

    /// An update's two halves, as an optimiser's: counts it and says by what numbers it is made, and makes it by those
    /// that stand at `by`, where the device reads.
    AverageUpdates next() { return is_there() ? average_updates(decay_, updates_++ == 0) : AverageUpdates{}; }
    [[gnu::noinline]] void apply(const Device& device, const float* parameters, const float* buffers,
                                 const AverageUpdates* by) {
        if (!is_there()) return;
        update_by(device, parameters_.size(), by->by_kind, parameters_.data(), parameters);
        if (buffers_.size() > 0)
            update_in_turns(device, counters_.turns(), by->by_kind, buffers_.size(), buffers_.data(), buffers);
    }

    Arena<Device>& parameters() { return parameters_; }
    Arena<Device>& buffers() { return buffers_; }
    const Arena<Device>& parameters() const { return parameters_; }
    const Arena<Device>& buffers() const { return buffers_; }
    /// How many updates it has had. PyTorch: n_averaged.
    std::int64_t& updates() { return updates_; }
    const std::int64_t& updates() const { return updates_; }

  private:
    float decay_;
    Arena<Device> parameters_, buffers_;
    TensorTurns<Device> counters_;
    std::int64_t updates_ = 0;
};

/// Of one network.
template <Layer Net, class Device>
class Averaged : public AveragedWeights<Device> {
  public:
    explicit Averaged(float decay)
        : AveragedWeights<Device>(decay, tree<Net>, parameter_floats<Net>(), buffer_floats<Net>()) {}

    void apply(const Model<Net, Device>& model, const AverageUpdates* by) {
        AveragedWeights<Device>::apply(model.runs_on(), model.parameters.data(), model.buffers.data(), by);
    }

    /// The average as a model of its own, packed weights too. Before the first update it is `now`.
    Model<Net, Device> model(const Model<Net, Device>& now) const {
        if (!this->is_there())
            fail("Trainer", "average of weights", "none", "one, by the trainer's option .average, such as 0.999f");
        const bool has_begun = this->updates() > 0;
        return Model<Net, Device>((has_begun ? this->parameters() : now.parameters).clone(),
                                  (has_begun ? this->buffers() : now.buffers).clone(), now.runs_on());
    }
};

}  // namespace genotype::inline v0_1::detail
