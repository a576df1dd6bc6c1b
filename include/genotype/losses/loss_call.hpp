// What every loss is given.
#pragma once

#include <concepts>

#include "genotype/losses/loss_domain.hpp"
#include "genotype/memory/tensor.hpp"
#include "genotype/memory/view.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/shape/report.hpp"

namespace genotype::inline v0_1 {

/// How the losses of single values become one number.
enum class Reduction {
    mean,        // over all values: PyTorch's default
    sum,         // over all values
    sample_sum,  // summed over a sample's values, averaged over the batch: a log-likelihood
};

/// What knows its shape and its batch, and lies in the host's memory: a `View`, a `Tensor`, a loader's batch.
template <class B, class Memory = HostMemory>
concept LossOperand = requires {
    typename B::shape;
}
&&std::convertible_to<const B&, View<typename B::shape, Memory>>;

namespace detail {

/// A batch that a loss reads, whose shape has become a number: a `View`, a `Tensor`, or an address with its sizes.
template <class Memory>
struct LossBatchIn {
    const float* data = nullptr;
    int batch = 0;
    long values = 0;  // of one sample

    constexpr LossBatchIn() = default;
    constexpr LossBatchIn(const float* from, int samples, long of_one) : data(from), batch(samples), values(of_one) {}
    template <LossOperand<Memory> B>
    constexpr LossBatchIn(const B& samples) {
        const View<typename B::shape, Memory> view = samples;
        *this = {view.data, view.batch, B::shape::count};
    }
};

/// Where a gradient goes: a `Tensor`, or an address with its sizes.
template <class Memory>
struct LossGradientIn {
    float* data = nullptr;
    int batch = 0;
    long values = 0;

    constexpr LossGradientIn() = default;
    constexpr LossGradientIn(float* to, int samples, long of_one) : data(to), batch(samples), values(of_one) {}
    template <ShapeType S>
    LossGradientIn(Tensor<S>& to) requires(Memory::on_host) : data(to.data()), batch(to.batch()), values(S::count) {}
};

template <class Memory>
struct LossCallIn {
    LossBatchIn<Memory> prediction;
    LossBatchIn<Memory> target = {};  // none: every target is `constant`
    float constant = 0;
    Reduction reduction = Reduction::mean;
    float weight = 1;                      // value and gradient are multiplied by it
    float* value = nullptr;                // one float; null where it is not requested
    LossGradientIn<Memory> gradient = {};  // by the prediction, written over; none where it is not requested
    bool checked = false;                  // somebody has looked at the values already
};

}  // namespace detail

using LossBatch = detail::LossBatchIn<HostMemory>;
using LossGradient = detail::LossGradientIn<HostMemory>;

/// What a loss is worked out from, and where its value and its gradient go, all in the device's memory. A call with
/// parts of different sizes, or with a target that the loss is not defined for, is an `Error`. `LossCall` is that of
/// the devices that are on the host; another's batches do not fit.
template <class Device>
using LossCallOn = detail::LossCallIn<MemoryOf<Device>>;
using LossCall = detail::LossCallIn<HostMemory>;

/// What a loss's call by views leaves out.
struct LossOptions {
    Reduction reduction = Reduction::mean;
    float weight = 1;
};

/// By what the sum of all single losses is multiplied.
constexpr float loss_scale(int batch, long values, Reduction reduction, float weight) {
    const double all = static_cast<double>(batch) * static_cast<double>(values);
    const double divisor = reduction == Reduction::mean ? all : reduction == Reduction::sum ? 1 : batch;
    return static_cast<float>(static_cast<double>(weight) / divisor);
}

namespace detail {

/// Throws `Error` where one part of a loss's call is of another size than the prediction.
template <class Memory>
[[gnu::noinline]] void check_loss_part(const TextPiece& part, int batch, long values,
                                       const LossBatchIn<Memory>& prediction) {
    if (batch != prediction.batch)
        fail("loss", concat("batch of the ", part.text()), batch, concat(prediction.batch, ", that of the prediction"));
    if (values != prediction.values)
        fail("loss", concat("values of a sample of the ", part.text()), values,
             concat(prediction.values, ", those of the prediction"));
}
template <class Memory>
void check_loss_gradient(const LossGradientIn<Memory>& gradient, const LossBatchIn<Memory>& prediction) {
    if (prediction.batch < 1) fail("loss", "batch of the prediction", prediction.batch, "1 or more samples");
    if (gradient.data) check_loss_part("gradient", gradient.batch, gradient.values, prediction);
}

/// The same of all parts, and their values where the host can read them.
template <class Memory>
[[gnu::noinline]] void check_loss_call(const LossCallIn<Memory>& call, LossDomain targets, LossDomain predictions) {
    constexpr bool on_host = Memory::on_host;
    check_loss_gradient(call.gradient, call.prediction);
    if (call.target.data) check_loss_part("target", call.target.batch, call.target.values, call.prediction);
    if (call.checked) return;
    const LossBatchIn<Memory> target = call.target.data ? call.target : LossBatchIn<Memory>{&call.constant, 1, 1};
    if (targets != LossDomain::real && (on_host || !call.target.data))
        check_target_domain(targets, target.batch, target.values, target.data, "loss: target");
    if (predictions != LossDomain::real && on_host)
        check_domain(predictions, call.prediction.batch, call.prediction.values, call.prediction.data,
                     "loss: prediction", "value", "a probability: let the model end in Sigmoid, or take BCEWithLogits");
}

/// What a loss of such shapes is: a float. Does not compile where the loss cannot compare them.
template <class Loss, ShapeType Prediction, ShapeType Target>
consteval auto loss_verdict() {
    if constexpr (Loss::fits(Prediction::dims, Target::dims))
        return why::loss_does_not_fit_the_output<why::loss<Loss>, why::got<Prediction>, why::wants<Target>>{};
    else
        return why::no_fault<float>{};
}

}  // namespace detail

}  // namespace genotype::inline v0_1
