// Root-mean-square normalisation.
#pragma once

#include <array>
#include <ratio>

#include "genotype/kernels/norm_shape.hpp"
#include "genotype/layers/layer.hpp"
#include "genotype/layers/norm_options.hpp"

namespace genotype::inline v0_1 {

/// (width) to the same: x / sqrt(mean(x^2) + epsilon), each value with a weight. Another epsilon than 1e-5 is an
/// option: `RMSNorm<576, Epsilon<1e-6f>>`. In the type because a model of another epsilon is another function. (The
/// default is named in files as a quotient.)
///
/// PyTorch: nn.RMSNorm(width, eps=1e-5); transformers: LlamaRMSNorm.
/// Source: Zhang and Sennrich, "Root mean square layer normalization", 2019, arXiv:1910.07467.
template <int width, class Choice = std::ratio<1, 100'000>>
struct RMSNorm : LayerBase {
    static constexpr bool exceeds_0_to_1 = true;
    using sample_norms = SingleGradients;
    static constexpr detail::NormOptions options = detail::norm_options<Choice>();
    static constexpr float epsilon = options.epsilon;

    static constexpr std::array<Parameter, 1> parameters{{{"weight", vector_dims(width), {Initial::constant, 1}}}};

    static constexpr Inferred output(Dims in) {
        if (const ShapeFault fault = options.fault(false)) return fault;
        if (width < 1) return {FaultKind::size, vector_dims(width), {}};
        if (const ShapeFault fault = compare(in, vector_dims(width))) return fault;
        return vector_dims(width);
    }

    /// Saved: each sample's factor.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims) {
        LayerMemory memory;
        if (std::same_as<Mode, Training>) memory.saved.per_sample = 1;
        return memory;
    }

    template <class Device, class Mode>
    static void forward(Device device, Mode, const Forward<Mode>& pass) {
        float* const inverses = std::same_as<Mode, Training> ? pass.saved.per_sample : nullptr;
        rms_norm(device, pass.batch, width, pass.x, pass.parameters, epsilon, inverses, pass.y);
    }

    template <class Device>
    static void backward(Device device, const Backward& pass) {
        rms_norm_backward(device, pass.batch, width, pass.x, pass.dy, pass.parameters, pass.saved.per_sample, pass.dx,
                          pass.gradients, pass.accumulate);
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
        norm_tangent_backward(device, norm_shape, run.batch, run.x, call.tx, run.parameters, run.dy, call.dty,
                              run.scratch.per_sample, run.dx, call.dtx, run.gradients, nullptr, run.accumulate);
    }

  private:
    static constexpr kernels::NormShape norm_shape{1, width, 1, false, epsilon};
};

}  // namespace genotype::inline v0_1
