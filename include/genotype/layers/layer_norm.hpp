// Layer normalisation.
#pragma once

#include <array>

#include "genotype/kernels/norm_shape.hpp"
#include "genotype/layers/bias.hpp"
#include "genotype/layers/layer.hpp"
#include "genotype/layers/norm_options.hpp"

namespace genotype::inline v0_1 {
namespace detail {

template <bool has_bias>
constexpr auto layer_norm_parameters(Dims dims, AxisOrder order) {
    const Parameter weight{"weight", dims, {Initial::constant, 1}, order};
    if constexpr (has_bias)
        return std::array{weight, Parameter{"bias", dims, {Initial::constant, 0}, order}};
    else
        return std::array{weight};
}

/// All forms of `LayerNorm`.
template <class Choice, int... sizes>
requires(sizeof...(sizes) >= 1 && sizeof...(sizes) <= 4) struct LayerNormOf : LayerBase {
    static constexpr bool exceeds_0_to_1 = true;
    static constexpr NormOptions options = norm_options<Choice>();
    static constexpr bool has_bias = options.bias;
    using sample_norms = SingleGradients;
    static constexpr float epsilon = options.epsilon;
    static constexpr Dims dims{sizeof...(sizes), sizes...};
    static constexpr AxisOrder order = dims.rank == 3   ? AxisOrder{1, 2, 0}
                                       : dims.rank == 4 ? AxisOrder{1, 2, 3, 0}
                                                        : AxisOrder{};

    static constexpr auto parameters = layer_norm_parameters<has_bias>(dims, order);

    static constexpr Inferred output(Dims in) {
        if (const ShapeFault fault = options.fault(true)) return fault;
        for (const int size : {sizes...})
            if (size < 1) return {FaultKind::size, vector_dims(size), {}};
        if (const ShapeFault fault = compare(in, dims)) return fault;
        return dims;
    }

    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims) {
        if constexpr (std::same_as<Mode, Training>)
            return {.saved = {2, 0}, .forward_scratch = {}, .backward_scratch = {}};
        else
            return {.saved = {}, .forward_scratch = {2, 0}, .backward_scratch = {}};
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        float* const statistics = std::same_as<Mode, Training> ? pass.saved.per_sample : pass.scratch.per_sample;
        const float* const bias = has_bias ? pass.parameters + bias_offset : nullptr;
        layer_norm(device, pass.batch, dims.count(), pass.x, pass.parameters, bias, epsilon, statistics, pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        float* const bias_gradient = pass.gradients && has_bias ? pass.gradients + bias_offset : nullptr;
        layer_norm_backward(device, pass.batch, dims.count(), pass.x, pass.dy, pass.parameters, pass.saved.per_sample,
                            pass.dx, pass.gradients, bias_gradient, pass.accumulate);
    }

    template <class Device>
    static constexpr LayerMemory tangent_memory(Dims) {
        constexpr MemoryExtent scratch{norm_shape.tangent_scratch(), 0};
        return {.saved = {}, .forward_scratch = scratch, .backward_scratch = scratch};
    }
    template <class Device>
    static void tangent(Device device, const Tangent& call) {
        norm_tangent(device, norm_shape, call.run.batch, call.run.x, call.tx, call.run.parameters,
                     call.run.scratch.per_sample, call.ty);
    }
    template <class Device>
    static void tangent_backward(Device device, const TangentBackward& call) {
        const Backward& run = call.run;
        float* const bias_gradient = run.gradients && has_bias ? run.gradients + bias_offset : nullptr;
        norm_tangent_backward(device, norm_shape, run.batch, run.x, call.tx, run.parameters, run.dy, call.dty,
                              run.scratch.per_sample, run.dx, call.dtx, run.gradients, bias_gradient, run.accumulate);
    }

  private:
    static constexpr long bias_offset = offset_in(parameters, 1);
    static constexpr kernels::NormShape norm_shape{1, dims.count(), 1, true, epsilon};
};

}  // namespace detail

/// `LayerNorm` with an option in front of its sizes, or several: `LayerNormWith<Epsilon<1e-3f>, 256>`,
/// `LayerNormWith<With<Epsilon<1e-3f>, NoBias>, 256>`. PyTorch: nn.LayerNorm((sizes...), eps, bias=False).
template <class Choice, int... sizes>
struct LayerNormWith : detail::LayerNormOf<Choice, sizes...> {};

/// `LayerNormWith<With<Epsilon, NoBias>, sizes...>` of older programs.
template <class Epsilon, int... sizes>
struct LayerNormWithoutBias : detail::LayerNormOf<With<Epsilon, NoBias>, sizes...> {};

/// (sizes...) -> the same: `LayerNorm<256>` for vectors, `LayerNorm<64, 8, 8>` for images. Each sample is normalised
/// by its own mean and biased variance, in training and inference alike; each of its values has a weight and a bias.
///
/// PyTorch: nn.LayerNorm((sizes...)), eps 1e-5.
/// Source: Ba, Kiros and Hinton, "Layer Normalization", 2016, arXiv:1607.06450.
template <int... sizes>
struct LayerNorm : detail::LayerNormOf<With<>, sizes...> {};

}  // namespace genotype::inline v0_1
