// A loss of two batches, checked by type.
#pragma once

#include "genotype/kernels/device.hpp"
#include "genotype/losses/loss_call.hpp"
#include "genotype/tensor/view.hpp"
#include "genotype/training/report.hpp"

namespace genotype {

/// The loss of a batch of predictions against a batch of targets. PyTorch: nn.functional.mse_loss and its like.
template <class Loss, class Device = Cpu, ShapeType Prediction, ShapeType Target>
float loss_between(View<Prediction> prediction, View<Target> target, Reduction reduction = Reduction::mean) {
    if constexpr (Loss::fits(Prediction::dims, Target::dims))
        return typename why::loss_does_not_fit_the_output<why::loss<Loss>, why::got<Prediction>,
                                                          why::wants<Target>>::model{};
    float value = 0;
    Loss::evaluate(Device{}, LossCall{.batch = prediction.batch,
                                      .values = Prediction::count,
                                      .prediction = prediction.data,
                                      .target = target.data,
                                      .reduction = reduction,
                                      .value = &value});
    return value;
}

}  // namespace genotype
