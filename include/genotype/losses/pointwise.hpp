// What makes a function of one prediction and one target a loss.
#pragma once

#include "genotype/kernels/long_sum.hpp"
#include "genotype/kernels/math.hpp"
#include "genotype/losses/adversarial.hpp"
#include "genotype/losses/loss_call.hpp"
#include "genotype/shape/fault.hpp"

namespace genotype {

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
struct LossSlope {
    float scale, constant;

    template <class V>
    constexpr V operator()(V prediction, V target) const {
        return V(scale) * Loss::slope(prediction, target);
    }
    template <class V>
    constexpr V operator()(V prediction) const {
        return V(scale) * Loss::slope(prediction, V(constant));
    }
};

}  // namespace detail

/// A loss out of two functions: `value(prediction, target)`, and `slope(prediction, target)`, its derivative by the
/// prediction. Both are templates on float or a vector of floats, see kernels/math.hpp.
template <class Self>
struct PointwiseLoss : LabelGame<Self> {
    /// Whether a target of this shape is what the loss can compare such a prediction with.
    static constexpr ShapeFault fits(Dims prediction, Dims target) { return compare(prediction, target); }

    template <class Device>
    static void evaluate(Device device, const LossCall& call) {
        const long n = call.batch * call.values;
        const float scale = loss_scale(call);
        const detail::LossValue<Self> value{scale, call.constant};
        const detail::LossSlope<Self> slope{scale, call.constant};
        // The gradient's place is free until the value is there, unless the gradient takes an argument's place.
        const bool free = call.gradient != call.prediction && call.gradient != call.target;
        float* const parts = free ? call.gradient : nullptr;
        if (call.target) {
            if (call.value) sum_with_parts(device, parts, n, value, call.value, call.prediction, call.target);
            if (call.gradient) map(device, n, slope, call.gradient, call.prediction, call.target);
        } else {
            if (call.value) sum_with_parts(device, parts, n, value, call.value, call.prediction);
            if (call.gradient) map(device, n, slope, call.gradient, call.prediction);
        }
    }
};

}  // namespace genotype
