// A loss of two batches, checked by type.
#pragma once

#include "genotype/kernels/device.hpp"
#include "genotype/losses/loss_call.hpp"
#include "genotype/tensor/view.hpp"
#include "genotype/training/report.hpp"

namespace genotype {
namespace detail {

template <class L, class Prediction, class Target>
struct LossVerdict {
    static consteval auto pick() {
        if constexpr (L::fits(Prediction::dims, Target::dims))
            return std::type_identity<loss_does_not_fit_the_output<loss<L>, got<Prediction>, wants<Target>>>{};
        else
            return std::type_identity<no_fault<float>>{};
    }
    using said = typename decltype(pick())::type;
};

/// float, where the loss fits.
template <class L, class Prediction, class Target>
using LossBetween = ModelOf<typename LossVerdict<L, Prediction, Target>::said>;

}  // namespace detail

/// The loss of a batch of predictions against a batch of targets. PyTorch: nn.functional.mse_loss and its like.
template <class Loss, class Device = Cpu, ShapeType Prediction, ShapeType Target>
auto loss_between(View<Prediction> prediction, View<Target> target, Reduction reduction = Reduction::mean)
    -> detail::LossBetween<Loss, Prediction, Target> {
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
