// What every loss is given.
#pragma once

namespace genotype {

/// How the losses of single values become one number.
enum class Reduction {
    mean,        // over all values: PyTorch's default
    sum,         // over all values
    sample_sum,  // summed over a sample's values, averaged over the batch: a log-likelihood
};

/// What a loss is worked out from, and where its value and its gradient go.
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
    return static_cast<float>(static_cast<double>(call.weight) / divisor);
}

}  // namespace genotype
