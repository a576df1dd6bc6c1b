// Layer normalisation.
#pragma once

#include <array>
#include <ratio>

#include "genotype/layers/bias.hpp"
#include "genotype/layers/layer.hpp"

namespace genotype {

namespace detail {

template <class Choice>
constexpr auto norm_parameters(Dims dims, AxisOrder order) {
    const Parameter weight{"weight", dims, {Initial::constant, 1}, order};
    if constexpr (std::same_as<Choice, Bias>)
        return std::array<Parameter, 2>{weight, Parameter{"bias", dims, {Initial::constant, 0}, order}};
    else
        return std::array<Parameter, 1>{weight};
}

}  // namespace detail

/// LayerNorm with another epsilon, a quotient as that of RMSNorm, or without a bias:
/// `LayerNormWith<std::ratio<1, 1000>, Bias, 128>`.
template <class Epsilon, class Choice, int... sizes>
requires(sizeof...(sizes) >= 1 && sizeof...(sizes) <= 4) struct LayerNormWith : LayerBase {
    static_assert(BiasChoice<Choice>, "the second argument is Bias or NoBias");
    static constexpr float epsilon = static_cast<float>(static_cast<double>(Epsilon::num) / Epsilon::den);
    static_assert(epsilon >= 0, "epsilon is added to a variance");
    static constexpr bool has_bias = std::same_as<Choice, Bias>;
    static constexpr Dims dims{sizeof...(sizes), sizes...};
    static constexpr AxisOrder order = dims.rank == 3 ? AxisOrder{1, 2, 0} : AxisOrder{};
    static constexpr auto parameters = detail::norm_parameters<Choice>(dims, order);

    static constexpr Inferred output(Dims in) {
        for (const int size : {sizes...})
            if (size < 1) return {FaultKind::size, vector_dims(size), {}};
        if (const Fault fault = compare(in, dims)) return fault;
        return dims;
    }

    template <class Device, class Mode>
    static constexpr Memory memory(Dims) {
        if constexpr (std::same_as<Mode, Training>)
            return {.kept = {2, 0}, .forward_scratch = {}, .backward_scratch = {}};
        else
            return {.kept = {}, .forward_scratch = {2, 0}, .backward_scratch = {}};
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        float* const statistics = std::same_as<Mode, Training> ? pass.kept.per_sample : pass.scratch.per_sample;
        layer_norm(device, pass.batch, dims.count(), pass.x, pass.parameters + parameter_offset<LayerNormWith>(0),
                   has_bias ? pass.parameters + parameter_offset<LayerNormWith>(1) : nullptr, epsilon, statistics,
                   pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        float* const gradients = pass.gradients;
        layer_norm_backward(
            device, pass.batch, dims.count(), pass.x, pass.dy, pass.parameters + parameter_offset<LayerNormWith>(0),
            pass.kept.per_sample, pass.dx, gradients ? gradients + parameter_offset<LayerNormWith>(0) : nullptr,
            gradients && has_bias ? gradients + parameter_offset<LayerNormWith>(1) : nullptr, pass.accumulate);
    }
};

/// (sizes...) -> the same: `LayerNorm<256>` for vectors, `LayerNorm<64, 8, 8>` for pictures. Each sample is normalised
/// by its own mean and biased variance, in training and inference alike; each of its values has a weight and a bias.
///
/// PyTorch: nn.LayerNorm((sizes...)), eps 1e-5.
/// Source: Ba, Kiros and Hinton, "Layer Normalization", 2016, arXiv:1607.06450.
template <int... sizes>
struct LayerNorm : LayerNormWith<std::ratio<1, 100'000>, Bias, sizes...> {};

}  // namespace genotype
