// What makes a function of one prediction and one target a loss.
#pragma once

#include "genotype/kernels/long_sum.hpp"
#include "genotype/kernels/math.hpp"
#include "genotype/losses/adversarial.hpp"
#include "genotype/losses/loss_call.hpp"
#include "genotype/shape/fault.hpp"

namespace genotype::inline v0_1 {

namespace detail {

template <class Loss>
struct LossValue {
    float scale, constant;

    template <class V>
    constexpr V operator()(V prediction, V target) const {
        return V(scale) * Loss::value(prediction, target);
    }
    template <class V>
    constexpr V operator()(V prediction) const {
        return V(scale) * Loss::value(prediction, V(constant));
    }
};

template <class Loss>
struct LossBackward {
    float scale, constant;

    template <class V>
    constexpr V operator()(V prediction, V target) const {
        return V(scale) * derivative(prediction, target);
    }
    template <class V>
    constexpr V operator()(V prediction) const {
        return V(scale) * derivative(prediction, V(constant));
    }

  private:
    /// A loss of before version 0.2 calls it `slope`.
    template <class V>
    static constexpr V derivative(V prediction, V target) {
        if constexpr (requires { Loss::derivative(prediction, target); })
            return Loss::derivative(prediction, target);
        else
            return Loss::slope(prediction, target);
    }
};

}  // namespace detail

/// A loss out of two functions: `value(prediction, target)`, and `derivative(prediction, target)`, its derivative by
/// the prediction. Both are templates on float or a vector of floats, see kernels/math.hpp.
template <class Self>
struct PointwiseLoss : LabelGame<Self> {
    /// The numbers that it is defined for; a loss that takes fewer says its own.
    static constexpr LossDomain targets = LossDomain::real, predictions = LossDomain::real;

    /// Whether a target of this shape is what the loss can compare such a prediction with.
    static constexpr ShapeFault fits(Dims prediction, Dims target) { return compare(prediction, target); }

    /// The loss of a batch of predictions against as many targets of their shape. Another shape does not compile;
    /// another batch, or a target that the loss is not defined for, is an `Error`.
    template <class Device, LossOperand Prediction, LossOperand Target>
    requires(Device::on_host) static float evaluate(Device device, const Prediction& prediction, const Target& target,
                                                    LossOptions options = {}) {
        using Value =
            typename decltype(detail::loss_verdict<Self, typename Prediction::shape, typename Target::shape>())::model;
        return static_cast<Value>(evaluate_into(device, prediction, target, {}, options));
    }
    /// The same, and its gradient by the prediction, which is written over.
    template <class Device, LossOperand Prediction, LossOperand Target>
    requires(Device::on_host) static float evaluate(Device device, const Prediction& prediction, const Target& target,
                                                    Tensor<typename Prediction::shape>& gradient,
                                                    LossOptions options = {}) {
        using Value =
            typename decltype(detail::loss_verdict<Self, typename Prediction::shape, typename Target::shape>())::model;
        return static_cast<Value>(evaluate_into(device, prediction, target, gradient, options));
    }

    /// What the other calls come down to, for any device, without the shapes' types.
    template <class Device>
    static void evaluate(Device device, const LossCallOn<Device>& call) {
        detail::check_loss_call(call, Self::targets, Self::predictions);
        const long n = call.prediction.batch * call.prediction.values;
        const float scale = loss_scale(call.prediction.batch, call.prediction.values, call.reduction, call.weight);
        const float *const prediction = call.prediction.data, *const target = call.target.data;
        float* const gradient = call.gradient.data;
        const detail::LossValue<Self> value{scale, call.constant};
        const detail::LossBackward<Self> derivative{scale, call.constant};
        // The gradient's place is free until the value is there, unless the gradient takes an argument's place.
        const bool free = gradient != prediction && gradient != target;
        float* const parts = free ? gradient : nullptr;
        if (target) {
            if (call.value) sum_with_parts(device, parts, n, value, call.value, prediction, target);
            if (gradient) map(device, n, derivative, gradient, prediction, target);
        } else {
            if (call.value) sum_with_parts(device, parts, n, value, call.value, prediction);
            if (gradient) map(device, n, derivative, gradient, prediction);
        }
    }

  private:
    template <class Device>
    static float evaluate_into(Device device, const LossBatch& prediction, const LossBatch& target,
                               const LossGradient& gradient, LossOptions options) {
        float value = 0;
        Self::evaluate(device, LossCall{.prediction = prediction,
                                        .target = target,
                                        .reduction = options.reduction,
                                        .weight = options.weight,
                                        .value = &value,
                                        .gradient = gradient});
        return value;
    }
};

}  // namespace genotype::inline v0_1
