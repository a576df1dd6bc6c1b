// Batch normalisation of images and vectors.
#pragma once

#include <array>

#include "genotype/kernels/functions.hpp"
#include "genotype/kernels/row_chunks.hpp"
#include "genotype/kernels/running_statistics.hpp"
#include "genotype/layers/layer.hpp"
#include "genotype/layers/number_arguments.hpp"
#include "genotype/shape/error.hpp"
#include "genotype/shape/report.hpp"

namespace genotype::inline v0_1 {
namespace detail {

[[noreturn, gnu::cold]] inline void too_few_values(int channels, long rows) {
    fail(concat("BN<", channels, ">"), "values for each channel in training", rows, "at least 2");
}

/// A BN without its type, so that the runs of all sizes are compiled once.
struct BatchNormSizes {
    int channels;
    float epsilon, momentum;
    long bias, variance, counter;  // where they lie among the parameters, and among the buffers
};

template <class Device, class Activation>
[[gnu::noinline]] void batch_norm_forward(Device device, const BatchNormSizes& of, const Forward<Training>& pass,
                                          Activation activation) {
    const int channels = of.channels;
    const long rows = static_cast<long>(pass.batch) * pass.in.pixels();
    if (rows < 2) too_few_values(channels, rows);
    float* const mean = pass.saved.fixed;
    float* const inverse = mean + channels;
    const kernels::RunningStatistics running{pass.buffers, pass.buffers + of.variance, pass.buffers + of.counter,
                                             of.momentum};
    channel_moments(device, rows, channels, pass.x, pass.scratch.fixed);
    batch_norm_statistics(device, rows, channels, pass.scratch.fixed, pass.x, of.epsilon, running, mean, inverse);
    normalize_channels(device, rows, channels, pass.x, mean, inverse, pass.parameters, pass.parameters + of.bias,
                       pass.y, activation);
}

template <class Device, class Activation>
[[gnu::noinline]] void batch_norm_inference(Device device, const BatchNormSizes& of, const Forward<Inference>& pass,
                                            Activation activation) {
    float* const inverse = pass.scratch.fixed;
    inverse_deviations(device, of.channels, pass.buffers + of.variance, of.epsilon, inverse);
    normalize_channels(device, static_cast<long>(pass.batch) * pass.in.pixels(), of.channels, pass.x, pass.buffers,
                       inverse, pass.parameters, pass.parameters + of.bias, pass.y, activation);
}

}  // namespace detail

/// (channels, H, W) -> the same, or (channels) -> the same. In training each channel is normalised by its mean and
/// biased variance over batch, height and width, in inference by the running ones.
///
/// `BN<channels, epsilon, momentum>`: epsilon, above 0, is added to the variance; momentum, from 0 to 1, is the share
/// of a batch in the running statistics. Without them 1e-5 and 0.1, PyTorch's. In the type because a model of another
/// epsilon is another function.
///
/// PyTorch: nn.BatchNorm2d(channels, eps, momentum), nn.BatchNorm1d for vectors.
/// Source: Ioffe and Szegedy, "Batch Normalization", 2015, arXiv:1502.03167, algorithms 1 and 2.
/// Throws `Error` in training when there is only one value for each channel.
template <int channels, float... numbers>
requires(sizeof...(numbers) <= 2) struct BN : LayerBase {
    static constexpr bool exceeds_0_to_1 = true;
    using no_tangent =
        why::because<why::its_statistics_couple_the_samples_of_a_batch, why::hint_use_GroupNorm_or_LayerNorm>;
    using no_sample_norms = no_tangent;
    static constexpr float epsilon = detail::number_or<numbers...>(0, 1e-5f);
    static constexpr float momentum = detail::number_or<numbers...>(1, 0.1f);

    static constexpr std::array<Parameter, 2> parameters{{{"weight", vector_dims(channels), {Initial::constant, 1}},
                                                          {"bias", vector_dims(channels), {Initial::constant, 0}}}};
    static constexpr std::array<Parameter, 3> buffers{{{"running_mean", vector_dims(channels), {Initial::constant, 0}},
                                                       {"running_var", vector_dims(channels), {Initial::constant, 1}},
                                                       {"num_batches_tracked", Dims{0}, {Initial::counter}}}};

    static constexpr Inferred output(Dims in) {
        if (channels < 1) return {FaultKind::size, vector_dims(channels), {}};
        if (!(epsilon > 0)) return {FaultKind::epsilon, {}, {}};
        if (!(momentum >= 0 && momentum <= 1)) return {FaultKind::momentum, {}, {}};
        const Dims wanted{in.rank == 2 ? 3 : in.rank, channels, any_dim, any_dim, any_dim};
        if (const ShapeFault fault = compare(in, wanted)) return fault;
        return merge(in, wanted);
    }

    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims) {
        constexpr long pair = 2L * channels;
        if constexpr (std::same_as<Mode, Training>)
            return {.saved = {0, pair},
                    .forward_scratch = {0, kernels::RowChunks::most * pair},
                    .backward_scratch = {0, (kernels::RowChunks::most + 1) * pair}};
        else
            return {.saved = {}, .forward_scratch = {0, channels}, .backward_scratch = {}};
    }

    // An activation behind it is applied in the same pass, see network/fused.hpp.
    static constexpr bool applies_activation = true;

    template <class Device, class Activation = kernels::NoActivation>
    static void forward(Device device, Training, const Forward<Training>& pass, Activation activation = {}) {
        detail::batch_norm_forward(device, sizes, pass, activation);
    }
    template <class Device, class Activation = kernels::NoActivation>
    static void forward(Device device, Inference, const Forward<Inference>& pass, Activation activation = {}) {
        detail::batch_norm_inference(device, sizes, pass, activation);
    }
    template <class Device, class Activation = kernels::NoActivation>
    static void backward(Device device, const Backward& pass, Activation activation = {}) {
        float* const gradients = pass.gradients;
        batch_norm_backward(device, static_cast<long>(pass.batch) * pass.in.pixels(), channels, pass.x, pass.dy,
                            pass.parameters + parameter_offset<BN>(0), pass.parameters + parameter_offset<BN>(1),
                            pass.saved.fixed, pass.saved.fixed + channels, pass.scratch.fixed, pass.dx,
                            gradients ? gradients + parameter_offset<BN>(0) : nullptr,
                            gradients ? gradients + parameter_offset<BN>(1) : nullptr, pass.accumulate, activation);
    }

  private:
    static constexpr detail::BatchNormSizes sizes{
        channels, epsilon, momentum, parameter_offset<BN>(1), buffer_offset<BN>(1), buffer_offset<BN>(2)};
};

}  // namespace genotype::inline v0_1
