// Linear: every output is a weighted sum of all inputs.
#pragma once

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/epilogue.hpp"
#include "genotype/layers/bias.hpp"
#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// y = x W^T + b. Shape: (in) to (out).
/// PyTorch equivalent: `torch.nn.Linear(in, out, bias=...)`, with a bias unless it is `NoBias`.
template <int in_features, int out_features, class Choice = Bias>
struct Linear : LayerBase {
    static constexpr bool exceeds_0_to_1 = true;
    using OwnBias = typename detail::BiasOf<Choice>::type;
    static_assert(BiasChoice<OwnBias>, "the last argument is Bias or NoBias");
    static constexpr bool sized = in_features >= 1 && out_features >= 1;
    static constexpr bool has_bias = std::same_as<OwnBias, Bias>;
    using sample_norms = ProductNorms;
    using linear_map = Linear<in_features, out_features, NoBias>;
    static constexpr Dims input = vector_dims(sized ? in_features : any_dim);
    static constexpr auto parameters =
        detail::weight_and_bias<OwnBias>({2, out_features, in_features}, {1, 0}, out_features, in_features);

    static constexpr Inferred output(Dims) {
        if (in_features < 1) return {FaultKind::size, vector_dims(in_features), {}};
        if (out_features < 1) return {FaultKind::size, vector_dims(out_features), {}};
        return vector_dims(out_features);
    }

    static constexpr kernels::ProductGeometry geometry{kernels::ConvGeometry{in_features, out_features}};

    template <class Device>
    static constexpr auto packed() {
        return packed_form(kernels::planned<Device>, geometry);
    }
    template <class Device, class Form>
    static void prepare(Device device, const float* values, Form* to) {
        pack(device, geometry, values + parameter_offset<Linear>(0), to);
    }

    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims) {
        constexpr MemoryExtent scratch = convolution_scratch(kernels::planned<Device>, geometry);
        return {.saved = {}, .forward_scratch = scratch, .backward_scratch = scratch};
    }

    // On some devices an activation behind it is applied in the same pass, see network/fused.hpp.
    static constexpr bool is_product = true;

    template <class Device, class Mode, class Function = kernels::NoActivation>
    static void forward(Device device, Mode, const Forward<Mode>& f, const kernels::Epilogue<Function>& end = {}) {
        const float* bias = has_bias ? f.parameters + parameter_offset<Linear>(1) : nullptr;
        apply_epilogue(device, f.added, end, [&](const auto&... with) {
            matmul(device, geometry, f.batch, f.x, weights<Device>(f), bias, f.y, f.scratch, with...);
        });
    }

    template <class Device>
    static void backward(Device device, const Backward& b) {
        if (b.dx) matmul_transposed(device, geometry, b.batch, b.dy, weights<Device>(b), nullptr, b.dx, b.scratch);
        if (!b.gradients) return;
        matmul_weight_gradient(device, geometry, b.batch, b.x, b.dy, b.gradients + parameter_offset<Linear>(0),
                               b.accumulate, b.scratch);
        if constexpr (has_bias)
            column_sums(device, b.batch, out_features, b.dy, b.gradients + parameter_offset<Linear>(1), b.accumulate);
    }

  private:
    template <class Device, class Pass>
    static auto weights(const Pass& pass) {
        return packed<Device>().weights(pass.parameters + parameter_offset<Linear>(0), pass.packed);
    }
};

}  // namespace genotype::inline v0_1
