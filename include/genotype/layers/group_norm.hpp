// Group normalisation.
#pragma once

#include <array>

#include "genotype/kernels/functions.hpp"
#include "genotype/kernels/norm_modulation.hpp"
#include "genotype/kernels/norm_shape.hpp"
#include "genotype/layers/layer.hpp"
#include "genotype/layers/number_arguments.hpp"

namespace genotype::inline v0_1 {

/// (channels, H, W) -> the same, or (channels) -> the same. Each sample's groups of channels / groups neighbouring
/// channels are normalised by their own mean and biased variance, in training and inference alike.
///
/// `GroupNorm<groups, channels, epsilon>`: epsilon, not below 0, is added to the variance; 1e-5 without it, as
/// PyTorch's.
///
/// PyTorch: nn.GroupNorm(groups, channels, eps).
/// Source: Wu and He, "Group Normalization", 2018, arXiv:1803.08494.
template <int groups, int channels, float... numbers>
requires(sizeof...(numbers) <= 1) struct GroupNorm : LayerBase {
    static constexpr bool exceeds_0_to_1 = true;
    using sample_norms = SingleGradients;
    static constexpr float epsilon = detail::number_or<numbers...>(0, 1e-5f);

    static constexpr std::array<Parameter, 2> parameters{{{"weight", vector_dims(channels), {Initial::constant, 1}},
                                                          {"bias", vector_dims(channels), {Initial::constant, 0}}}};

    static constexpr Inferred output(Dims in) {
        for (const int size : {groups, channels})
            if (size < 1) return {FaultKind::size, vector_dims(size), {}};
        if (channels % (groups < 1 ? 1 : groups) != 0)
            return {FaultKind::groups, vector_dims(channels), vector_dims(groups)};
        if (!(epsilon >= 0)) return {FaultKind::epsilon, {}, {}};
        const Dims wanted{in.rank == 2 ? 3 : in.rank, channels, any_dim, any_dim, any_dim};
        if (const ShapeFault fault = compare(in, wanted)) return fault;
        return merge(in, wanted);
    }

    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims) {
        if constexpr (std::same_as<Mode, Training>)
            return {.saved = {2L * channels, 0}, .forward_scratch = {}, .backward_scratch = {4L * channels, 0}};
        else
            return {.saved = {}, .forward_scratch = {2L * channels, 0}, .backward_scratch = {}};
    }

    // An activation behind it is applied in the same pass, and where the device can, a modulation between the two, see
    // network/fused.hpp.
    static constexpr bool applies_activation = true;
    static constexpr bool applies_modulation = true;
    static constexpr bool joins_gradient = true;  // see network/residual.hpp

    template <class Device, class Mode, class Activation = kernels::NoActivation, class... Modulation>
    static void forward(Device device, Mode, const Forward<Mode>& pass, Activation activation = {},
                        const Modulation&... modulation) {
        float* const statistics = std::same_as<Mode, Training> ? pass.saved.per_sample : pass.scratch.per_sample;
        group_norm(device, pass.batch, pass.in.pixels(), channels, groups, pass.x,
                   pass.parameters + parameter_offset<GroupNorm>(0), pass.parameters + parameter_offset<GroupNorm>(1),
                   epsilon, statistics, pass.y, activation, modulation...);
    }

    template <class Device, class Activation = kernels::NoActivation, class... Modulation>
    static void backward(Device device, const Backward& pass, Activation activation = {},
                         const Modulation&... modulation) {
        float* const gradients = pass.gradients;
        const auto run = [&](const auto&... with) {
            group_norm_backward(device, pass.batch, pass.in.pixels(), channels, groups, pass.x, pass.dy,
                                pass.parameters + parameter_offset<GroupNorm>(0), pass.saved.per_sample,
                                pass.scratch.per_sample, pass.dx,
                                gradients ? gradients + parameter_offset<GroupNorm>(0) : nullptr,
                                gradients ? gradients + parameter_offset<GroupNorm>(1) : nullptr, pass.accumulate,
                                pass.parameters + parameter_offset<GroupNorm>(1), activation, with...);
        };
        if constexpr (Device::joins_gradients)
            run(kernels::NormModulation{modulation...}, pass.added);
        else
            run(modulation...);
    }

    template <class Device>
    static constexpr LayerMemory tangent_memory(Dims) {
        constexpr MemoryExtent scratch{norm_shape({}).tangent_scratch(), 0};
        return {.saved = {}, .forward_scratch = scratch, .backward_scratch = scratch};
    }
    template <class Device>
    static void tangent(Device device, const Tangent& call) {
        norm_tangent(device, norm_shape(call.run.in), call.run.batch, call.run.x, call.tx,
                     call.run.parameters + parameter_offset<GroupNorm>(0), call.run.scratch.per_sample, call.ty);
    }
    template <class Device>
    static void tangent_backward(Device device, const TangentBackward& call) {
        const Backward& run = call.run;
        float* const gradients = run.gradients;
        norm_tangent_backward(device, norm_shape(run.in), run.batch, run.x, call.tx,
                              run.parameters + parameter_offset<GroupNorm>(0), run.dy, call.dty, run.scratch.per_sample,
                              run.dx, call.dtx, gradients ? gradients + parameter_offset<GroupNorm>(0) : nullptr,
                              gradients ? gradients + parameter_offset<GroupNorm>(1) : nullptr, run.accumulate);
    }

  private:
    static constexpr kernels::NormShape norm_shape(Dims in) { return {in.pixels(), channels, groups, true, epsilon}; }
};

}  // namespace genotype::inline v0_1
