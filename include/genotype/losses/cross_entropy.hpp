// The cross-entropy of classes.
#pragma once

#include "genotype/losses/loss_call.hpp"
#include "genotype/shape/fault.hpp"

namespace genotype {

/// -log softmax(prediction)[target], averaged over the batch. PyTorch: nn.CrossEntropyLoss() with classes as targets;
/// there is no class that is left out. Throws `Error` where a target is no class of the prediction.
struct CrossEntropy {
    /// What is evaluated: like LossCall, with one class a sample as target.
    struct Call {
        int batch;
        int classes;
        const float* prediction;  // (batch, classes), any real numbers
        const int* target;        // (batch)
        Reduction reduction = Reduction::mean;
        float weight = 1;
        float* value = nullptr;
        float* gradient = nullptr;
    };

    /// The prediction is a vector of classes, the target of a sample one number.
    static constexpr ShapeFault fits(Dims prediction, Dims target) {
        if (const ShapeFault fault = compare(prediction, vector_dims(any_dim))) return fault;
        return compare(target, vector_dims(1));
    }

    template <class Device>
    static void evaluate(Device device, const Call& call) {
        const float scale = loss_scale({.batch = call.batch,
                                        .values = 1,
                                        .prediction = nullptr,
                                        .reduction = call.reduction,
                                        .weight = call.weight});
        cross_entropy(device, call.batch, call.classes, call.prediction, call.target, scale, call.value, call.gradient);
    }
};

}  // namespace genotype
