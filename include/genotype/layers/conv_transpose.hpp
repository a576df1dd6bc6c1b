// ConvT: a two-dimensional transposed convolution.
#pragma once

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/epilogue.hpp"
#include "genotype/layers/bias.hpp"
#include "genotype/layers/convolution_fault.hpp"
#include "genotype/layers/general_conv.hpp"
#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// Every input pixel adds a weighted kernel to the output. Shape: (in, height, width) to (out, height', width') with
/// height' = (height - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.
///
///     ConvT<64, 3, 4, 2, 1>                                  // square, and without a bias unless asked
///     ConvT<64, 32, 3, 2, 1, With<OutputPadding<1>, Bias>>   // twice the size
///     ConvT<64, 64, Size2{1, 4}, Size2{1, 2}, Size2{0, 1}, Groups<64>>
///
/// PyTorch equivalent: `torch.nn.ConvTranspose2d(in, out, kernel, stride, padding, output_padding, groups, bias,
/// dilation)`. Source: Zeiler, Krishnan, Taylor, Fergus, "Deconvolutional networks" (CVPR 2010).
template <int in_channels, int out_channels, auto kernel, auto stride = 1, auto padding = 0, class Choice = NoBias>
struct ConvT
    : detail::GeneralConv<detail::ConvArguments<true, 2, in_channels, out_channels, kernel, stride, padding, Choice>> {
};

/// The square one, of no more than the size that its kernels cover.
template <int in_channels, int out_channels, int kernel, int stride, int padding, BiasChoice Choice>
struct ConvT<in_channels, out_channels, kernel, stride, padding, Choice> : LayerBase {
    static constexpr bool exceeds_0_to_1 = true;
    static_assert(kernel <= 512 && stride <= 512, "the kernels' buffers hold kernels and strides of up to 512");
    static constexpr ShapeFault fault = detail::convolution_fault(in_channels, out_channels, kernel, stride, padding);
    static constexpr bool has_bias = std::same_as<Choice, Bias>;
    using sample_norms = SingleGradients;
    using linear_map = ConvT<in_channels, out_channels, kernel, stride, padding, NoBias>;
    static constexpr Dims input = image_dims(fault ? any_dim : in_channels, any_dim, any_dim);
    static constexpr auto parameters =
        detail::weight_and_bias<Choice>({4, in_channels, out_channels, kernel, kernel}, {2, 3, 1, 0}, out_channels,
                                        long{out_channels} * kernel * kernel);

    static constexpr Inferred output(Dims in) {
        if (fault) return fault;
        Dims out = image_dims(out_channels, any_dim, any_dim);
        for (int axis : {1, 2}) {
            if (in[axis] == any_dim) continue;
            out[axis] = (in[axis] - 1) * stride - 2 * padding + kernel;
            if (out[axis] < 1) return {FaultKind::empty_output, in, {}};
        }
        return out;
    }

    static constexpr int output_axis = 1;  // of the weight, see SpectralNorm

    using Geometry = kernels::TypedConvGeometry<kernel, stride, padding>;
    static constexpr Geometry geometry(Dims in, Dims out) {
        return Geometry(
            {out_channels, in_channels, kernel, stride, padding, out.height(), out.width(), in.height(), in.width()});
    }

    template <class Device>
    static constexpr auto packed() {
        return packed_form(kernels::planned<Device>, geometry({}, {}));
    }
    template <class Device, class Form>
    static void prepare(Device device, const float* values, Form* to) {
        pack(device, geometry({}, {}), values + parameter_offset<ConvT>(0), to);
    }

    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        const MemoryExtent scratch = convolution_scratch(kernels::planned<Device>, geometry(in, output(in).dims));
        return {.saved = {}, .forward_scratch = scratch, .backward_scratch = scratch};
    }

    // On some devices an activation behind it is applied in the same pass, see network/fused.hpp.
    static constexpr bool is_product = true;

    template <class Device, class Mode, class Function = kernels::NoActivation>
    static void forward(Device device, Mode, const Forward<Mode>& f, const kernels::Epilogue<Function>& end = {}) {
        const float* bias = has_bias ? f.parameters + parameter_offset<ConvT>(1) : nullptr;
        apply_epilogue(device, f.added, end, [&](const auto&... with) {
            convolve_transposed(device, geometry(f.in, f.out), f.batch, f.x, weights<Device>(f), bias, f.y, f.scratch,
                                with...);
        });
    }

    template <class Device>
    static void backward(Device device, const Backward& b) {
        const Geometry sizes = geometry(b.in, b.out);
        const bool waits = weights_go_first(device, sizes);
        const auto go_back = [&] {
            if (b.dx) convolve(device, sizes, b.batch, b.dy, weights<Device>(b), nullptr, b.dx, b.scratch);
        };
        if (!waits) go_back();
        if (b.gradients) {
            using kernels::Transformed;
            const Transformed by_forward = b.follows_forward ? Transformed::small : Transformed::none;
            convolve_weight_gradient(device, sizes, b.batch, b.dy, b.x, b.gradients + parameter_offset<ConvT>(0),
                                     b.accumulate, b.scratch, b.dx && !waits ? Transformed::large : by_forward);
            if constexpr (has_bias)
                column_sums(device, static_cast<long>(b.batch) * b.out.pixels(), out_channels, b.dy,
                            b.gradients + parameter_offset<ConvT>(1), b.accumulate);
        }
        if (waits) go_back();
    }

  private:
    template <class Device, class Pass>
    static auto weights(const Pass& pass) {
        return packed<Device>().weights(pass.parameters + parameter_offset<ConvT>(0), pass.packed);
    }
};

}  // namespace genotype::inline v0_1
