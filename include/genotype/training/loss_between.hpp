// A loss of two batches, checked by type.
#pragma once

#include "genotype/kernels/device.hpp"
#include "genotype/losses/loss_call.hpp"

namespace genotype::inline v0_1 {

/// The loss of a batch of predictions against a batch of targets, on a device that computes in the host's memory.
/// Another shape does not compile, another batch is an `Error`. PyTorch: nn.functional.mse_loss and its like.
template <class Loss, class Device = Cpu, LossOperand Prediction, LossOperand Target>
requires(Device::on_host) float loss_between(const Prediction& prediction, const Target& target,
                                             Reduction reduction = Reduction::mean, const Device& device = {}) {
    if constexpr (Loss::fits(Prediction::shape::dims, Target::shape::dims))
        return typename why::loss_does_not_fit_the_output<why::loss<Loss>, why::got<typename Prediction::shape>,
                                                          why::wants<typename Target::shape>>::model{};
    float value = 0;
    Loss::evaluate(device,
                   LossCall{.prediction = prediction, .target = target, .reduction = reduction, .value = &value});
    return value;
}

}  // namespace genotype::inline v0_1
