// Conv: a two-dimensional convolution.
#pragma once

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/epilogue.hpp"
#include "genotype/layers/bias.hpp"
#include "genotype/layers/convolution_fault.hpp"
#include "genotype/layers/general_conv.hpp"
#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1 {

/// A kernel slides over the padded image. Shape: (in, height, width) to (out, height', width') with
/// height' = (height + 2 padding - dilation (kernel - 1) - 1) / stride + 1, rounded down.
///
///     Conv<3, 64, 4, 2, 1>                                   // square, and without a bias unless asked
///     Conv<64, 64, 3, 1, 1, Bias>
///     Conv<64, 128, Size2{3, 1}, 1, Size2{1, 0}>             // (height, width)
///     Conv<64, 64, 3, 1, 2, With<Dilation<2>, Groups<64>>>   // depthwise; options in any order
///     Conv<64, 64, 3, 1, 1, ReflectPadding>                  // or ReplicatePadding, CircularPadding
///
/// PyTorch equivalent: `torch.nn.Conv2d(in, out, kernel, stride, padding, dilation, groups, bias, padding_mode)`.
/// Source: LeCun et al., "Backpropagation applied to handwritten zip code recognition" (1989).
template <int in_channels, int out_channels, auto kernel, auto stride = 1, auto padding = 0, class Choice = NoBias>
struct Conv
    : detail::GeneralConv<detail::ConvArguments<false, 2, in_channels, out_channels, kernel, stride, padding, Choice>> {
};

/// The square one over a zero-padded image.
template <int in_channels, int out_channels, int kernel, int stride, int padding, BiasChoice Choice>
struct Conv<in_channels, out_channels, kernel, stride, padding, Choice> : LayerBase {
    static constexpr bool exceeds_0_to_1 = true;
    static_assert(kernel <= 512 && stride <= 512, "the kernels' buffers hold kernels and strides of up to 512");
    static constexpr ShapeFault fault = detail::convolution_fault(in_channels, out_channels, kernel, stride, padding);
    static constexpr bool has_bias = std::same_as<Choice, Bias>;
    using sample_norms = WindowNorms;
    using linear_map = Conv<in_channels, out_channels, kernel, stride, padding, NoBias>;
    static constexpr Dims input = image_dims(fault ? any_dim : in_channels, any_dim, any_dim);
    static constexpr auto parameters =
        detail::weight_and_bias<Choice>({4, out_channels, in_channels, kernel, kernel}, {2, 3, 1, 0}, out_channels,
                                        long{in_channels} * kernel * kernel);

    static constexpr Inferred output(Dims in) {
        if (fault) return fault;
        Dims out = image_dims(out_channels, any_dim, any_dim);
        for (int axis : {1, 2}) {
            if (in[axis] == any_dim) continue;
            const int room = in[axis] + 2 * padding - kernel;
            if (room < 0) return {FaultKind::kernel, padded(in), {1, kernel}};
            out[axis] = room / (stride < 1 ? 1 : stride) + 1;
        }
        return out;
    }

    using Geometry = kernels::TypedConvGeometry<kernel, stride, padding>;
    static constexpr Geometry geometry(Dims in, Dims out) {
        return Geometry(
            {in_channels, out_channels, kernel, stride, padding, in.height(), in.width(), out.height(), out.width()});
    }

    template <class Device>
    static constexpr auto packed() {
        return packed_form(kernels::planned<Device>, geometry({}, {}));
    }
    template <class Device, class Form>
    static void prepare(Device device, const float* values, Form* to) {
        pack(device, geometry({}, {}), values + parameter_offset<Conv>(0), to);
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
        const float* bias = has_bias ? f.parameters + parameter_offset<Conv>(1) : nullptr;
        apply_epilogue(device, f.added, end, [&](const auto&... with) {
            convolve(device, geometry(f.in, f.out), f.batch, f.x, weights<Device>(f), bias, f.y, f.scratch, with...);
        });
    }

    template <class Device>
    static void backward(Device device, const Backward& b) {
        const Geometry sizes = geometry(b.in, b.out);
        const bool waits = weights_go_first(device, sizes);
        const auto go_back = [&] {
            if (b.dx) convolve_transposed(device, sizes, b.batch, b.dy, weights<Device>(b), nullptr, b.dx, b.scratch);
        };
        if (!waits) go_back();
        if (b.gradients) {
            using kernels::Transformed;
            const Transformed by_forward = b.follows_forward ? Transformed::large : Transformed::none;
            convolve_weight_gradient(device, sizes, b.batch, b.x, b.dy, b.gradients + parameter_offset<Conv>(0),
                                     b.accumulate, b.scratch, b.dx && !waits ? Transformed::small : by_forward);
            if constexpr (has_bias)
                column_sums(device, static_cast<long>(b.batch) * b.out.pixels(), out_channels, b.dy,
                            b.gradients + parameter_offset<Conv>(1), b.accumulate);
        }
        if (waits) go_back();
    }

  private:
    template <class Device, class Pass>
    static auto weights(const Pass& pass) {
        return packed<Device>().weights(pass.parameters + parameter_offset<Conv>(0), pass.packed);
    }

    static constexpr Dims padded(Dims in) {
        auto with_border = [](int size) { return size == any_dim ? any_dim : size + 2 * padding; };
        return {2, with_border(in.second), with_border(in.third)};
    }
};

}  // namespace genotype::inline v0_1
