// The cross-entropy of classes.
#pragma once

#include <span>

#include "genotype/losses/loss_call.hpp"
#include "genotype/shape/fault.hpp"

namespace genotype::inline v0_1 {

/// -log softmax(prediction)[target], averaged over the batch. PyTorch: nn.CrossEntropyLoss() with classes as targets;
/// there is no class that is left out. Throws `Error` where a target is no class of the prediction, or where there are
/// not as many targets as samples.
struct CrossEntropy {
    /// What is evaluated: like LossCall, with one class a sample as target.
    template <class Memory>
    struct CallIn {
        detail::LossBatchIn<Memory> prediction;  // (batch, classes), any real numbers
        std::span<const int> target;             // (batch)
        Reduction reduction = Reduction::mean;
        float weight = 1;
        float* value = nullptr;
        detail::LossGradientIn<Memory> gradient = {};
    };
    using Call = CallIn<HostMemory>;

    /// The prediction is a vector of classes, the target of a sample one number.
    static constexpr ShapeFault fits(Dims prediction, Dims target) {
        if (const ShapeFault fault = compare(prediction, vector_dims(any_dim))) return fault;
        return compare(target, vector_dims(1));
    }

    /// The loss of a batch of predictions, a vector of classes each, against the numbers of their classes: a loader's
    /// `batch.labels`.
    template <class Device, LossOperand Prediction>
    requires(Device::on_host) static float evaluate(Device device, const Prediction& prediction,
                                                    std::span<const int> target, LossOptions options = {}) {
        using Value =
            typename decltype(detail::loss_verdict<CrossEntropy, typename Prediction::shape, Shape<1>>())::model;
        return static_cast<Value>(evaluate_into(device, prediction, target, {}, options));
    }
    /// The same, and its gradient by the prediction, which is written over.
    template <class Device, LossOperand Prediction>
    requires(Device::on_host) static float evaluate(Device device, const Prediction& prediction,
                                                    std::span<const int> target,
                                                    Tensor<typename Prediction::shape>& gradient,
                                                    LossOptions options = {}) {
        using Value =
            typename decltype(detail::loss_verdict<CrossEntropy, typename Prediction::shape, Shape<1>>())::model;
        return static_cast<Value>(evaluate_into(device, prediction, target, gradient, options));
    }

    /// What the other calls come down to, for any device, without the shape's type.
    template <class Device>
    static void evaluate(Device device, const CallIn<MemoryOf<Device>>& call) {
        const auto& prediction = call.prediction;
        detail::check_loss_gradient(call.gradient, prediction);
        if (call.target.size() != static_cast<std::size_t>(prediction.batch))
            fail("loss", "number of targets", call.target.size(),
                 detail::concat(prediction.batch, ", one for each sample of the prediction"));
        const float scale = loss_scale(prediction.batch, 1, call.reduction, call.weight);
        cross_entropy(device, prediction.batch, static_cast<int>(prediction.values), prediction.data,
                      call.target.data(), scale, call.value, call.gradient.data);
    }

  private:
    template <class Device>
    static float evaluate_into(Device device, const LossBatch& prediction, std::span<const int> target,
                               const LossGradient& gradient, LossOptions options) {
        float value = 0;
        evaluate(device, Call{.prediction = prediction,
                              .target = target,
                              .reduction = options.reduction,
                              .weight = options.weight,
                              .value = &value,
                              .gradient = gradient});
        return value;
    }
};

}  // namespace genotype::inline v0_1
