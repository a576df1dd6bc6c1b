// What makes a function of one prediction and one target a loss.
#pragma once

#include "genotype/kernels/math.hpp"
#include "genotype/shape/fault.hpp"

namespace genotype {

/// How the losses of single values become one number.
enum class Reduction {
    mean,        // over all values: PyTorch's default
    sum,         // over all values
    sample_sum,  // summed over a sample's values, averaged over the batch: a log-likelihood
};

/// What a loss is worked out from, and where its value and gradient go.
struct LossCall {
    int batch;
    long values;  // of one sample
    const float* prediction;
    const float* target = nullptr;  // as many values; null: every target is `constant`
    float constant = 0;
    Reduction reduction = Reduction::mean;
    float weight = 1;           // value and gradient are multiplied by it
    float* value = nullptr;     // one float; null where nobody wants it
    float* gradient = nullptr;  // by the prediction, written over; null where nobody wants it
};

/// By what the sum of all single losses is multiplied.
constexpr float loss_scale(const LossCall& call) {
    const double all = static_cast<double>(call.batch) * static_cast<double>(call.values);
    const double divisor = call.reduction == Reduction::mean ? all : call.reduction == Reduction::sum ? 1 : call.batch;
    return static_cast<float>(call.weight / divisor);
}

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
struct PointwiseLoss {
    /// Whether a target of this shape is what the loss can compare such a prediction with.
    static constexpr Fault fits(Dims prediction, Dims target) { return compare(prediction, target); }

    template <class Device>
    static void evaluate(Device device, const LossCall& call) {
        const long n = call.batch * call.values;
        const float scale = loss_scale(call);
        const detail::LossValue<Self> value{scale, call.constant};
        const detail::LossSlope<Self> slope{scale, call.constant};
        if (call.target) {
            if (call.value) sum(device, n, value, call.value, call.prediction, call.target);
            if (call.gradient) map(device, n, slope, call.gradient, call.prediction, call.target);
        } else {
            if (call.value) sum(device, n, value, call.value, call.prediction);
            if (call.gradient) map(device, n, slope, call.gradient, call.prediction);
        }
    }
};

}  // namespace genotype
