// Instance normalisation.
#pragma once

#include <concepts>

#include "genotype/kernels/norm_shape.hpp"
#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {
namespace detail {

struct SetTo {
    float number;

    template <class V>
    constexpr void operator()(V& value) const {
        value = V(number);
    }
};

}  // namespace detail

/// (channels, H, W) -> the same. Each channel of each sample is normalised by its own mean and biased variance, in
/// training and inference alike; epsilon, above 0, is added to the variance. There are no parameters and no running
/// statistics. With a weight and a bias for each channel it is `GroupNorm<channels, channels>`, under the same names in
/// files. Of a single pixel nothing would be left: a shape error, as PyTorch's.
///
/// PyTorch: nn.InstanceNorm2d(channels, eps), affine=False, track_running_stats=False.
/// Source: Ulyanov, Vedaldi and Lempitsky, "Instance Normalization", 2016, arXiv:1607.08022.
template <int channels, float epsilon = 1e-5f>
struct InstanceNorm : LayerBase {
    static constexpr bool exceeds_0_to_1 = true;

    static constexpr Inferred output(Dims in) {
        if (channels < 1) return {FaultKind::size, vector_dims(channels), {}};
        if (!(epsilon > 0)) return {FaultKind::epsilon, {}, {}};
        const bool may_be_video = in.rank == 4 || in.rank == any_dim;
        const Dims wanted{may_be_video ? in.rank : 3, channels, any_dim, any_dim, any_dim};
        if (const ShapeFault fault = compare(in, wanted)) return fault;
        const Dims out = merge(in, wanted);
        if (out.complete() && out.pixels() == 1) return {FaultKind::one_pixel, out, {}};
        return out;
    }

    /// Fixed: a weight of 1 and a bias of 0 for each channel, which the kernels of a group norm read.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims) {
        constexpr MemoryExtent statistics{2L * channels, 2L * channels};
        if constexpr (std::same_as<Mode, Training>)
            return {.saved = statistics, .forward_scratch = {}, .backward_scratch = {4L * channels, 0}};
        else
            return {.saved = {}, .forward_scratch = statistics, .backward_scratch = {}};
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        const MemoryRegion& own = std::same_as<Mode, Training> ? pass.saved : pass.scratch;
        float* const weight = own.fixed;
        float* const bias = weight + channels;
        update(device, channels, detail::SetTo{1}, weight);
        update(device, channels, detail::SetTo{0}, bias);
        group_norm(device, pass.batch, pass.in.pixels(), channels, channels, pass.x, weight, bias, epsilon,
                   own.per_sample, pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        if (!pass.dx) return;
        float* const none = nullptr;
        group_norm_backward(device, pass.batch, pass.in.pixels(), channels, channels, pass.x, pass.dy, pass.saved.fixed,
                            pass.saved.per_sample, pass.scratch.per_sample, pass.dx, none, none, false);
    }

    template <class Device>
    static constexpr LayerMemory tangent_memory(Dims) {
        constexpr MemoryExtent scratch{norm_shape({}).tangent_scratch(), 0};
        return {.saved = {}, .forward_scratch = scratch, .backward_scratch = scratch};
    }
    template <class Device>
    static void tangent(Device device, const Tangent& call) {
        norm_tangent(device, norm_shape(call.run.in), call.run.batch, call.run.x, call.tx, nullptr,
                     call.run.scratch.per_sample, call.ty);
    }
    template <class Device>
    static void tangent_backward(Device device, const TangentBackward& call) {
        const Backward& run = call.run;
        norm_tangent_backward(device, norm_shape(run.in), run.batch, run.x, call.tx, nullptr, run.dy, call.dty,
                              run.scratch.per_sample, run.dx, call.dtx, nullptr, nullptr, run.accumulate);
    }

  private:
    static constexpr kernels::NormShape norm_shape(Dims in) { return {in.pixels(), channels, channels, true, epsilon}; }
};

}  // namespace genotype::inline v0_1
