// What the layers of convolutions have in common where they are more than square kernels over zero-padded images.
#pragma once

#include <type_traits>

#include "genotype/kernels/border.hpp"
#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/epilogue.hpp"
#include "genotype/kernels/general_conv_geometry.hpp"
#include "genotype/layers/bias.hpp"
#include "genotype/layers/conv_options.hpp"
#include "genotype/layers/convolution_fault.hpp"
#include "genotype/layers/layer.hpp"

namespace genotype::inline v0_1::detail {

/// The numbers of a convolution's type.
struct ConvNumbers {
    int in, out;
    Size2 kernel, stride, padding;
    ConvOptions options;
    bool transposed;
    int axes;  // 2: images; 1: signals, which are images of one row
    ShapeFault wrong_option;

    constexpr ShapeFault fault() const {
        if (wrong_option) return wrong_option;
        for (int side : {0, 1}) {
            if (const ShapeFault wrong = convolution_fault(in, out, kernel[side], stride[side], padding[side]))
                return wrong;
            const int dilation = options.dilation[side], more = options.output_padding[side];
            if (dilation < 1) return {FaultKind::dilation, vector_dims(dilation), {}};
            if (more < 0) return {FaultKind::padding, vector_dims(more), {}};
            if (more > 0 && more >= stride[side] && more >= dilation)
                return {FaultKind::extra_output, vector_dims(more), {2, stride[side], dilation}};
        }
        if (options.groups < 1) return {FaultKind::size, vector_dims(options.groups), {}};
        for (int channels : {in, out})
            if (channels % options.groups != 0)
                return {FaultKind::groups, vector_dims(channels), vector_dims(options.groups)};
        return {};
    }

    constexpr bool has_border() const { return options.border != kernels::Border::zeros; }

    /// Whether the kernels of square geometries compute it, behind a border or none.
    constexpr bool is_square() const {
        return kernel.height == kernel.width && stride.height == stride.width && padding.height == padding.width &&
               options.dilation == Size2{1, 1} && options.groups == 1 && kernel.height <= 512 && stride.height <= 512;
    }

    /// A kernel's rows and columns with the pixels that its taps skip.
    constexpr Size2 window() const {
        return {options.dilation.height * (kernel.height - 1) + 1, options.dilation.width * (kernel.width - 1) + 1};
    }

    /// PyTorch's dims of the weight, and the order in memory.
    constexpr Dims weight() const {
        const int groups = options.groups < 1 ? 1 : options.groups;
        const int first = transposed ? in : out, second = (transposed ? out : in) / groups;
        return axes == 1 ? Dims{3, first, second, kernel.width} : Dims{4, first, second, kernel.height, kernel.width};
    }
    constexpr long fan_in() const { return long{weight().second} * weight().third * weight().fourth; }
    constexpr AxisOrder order() const { return axes == 1 ? AxisOrder{2, 1, 0, 3} : AxisOrder{2, 3, 1, 0}; }

    constexpr Inferred output(Dims from) const {
        if (const ShapeFault wrong = fault()) return wrong;
        Dims to = image_dims(out, any_dim, any_dim);
        for (int axis : {1, 2}) {
            const int side = axis - 1, size = from[axis], border = padding[side], covered = window()[side];
            if (size == any_dim) continue;
            if (transposed) {
                to[axis] = (size - 1) * stride[side] - 2 * border + covered + options.output_padding[side];
                if (to[axis] < 1) return {FaultKind::empty_output, from, {}};
                continue;
            }
            const int most = options.border == kernels::Border::reflect    ? size - 1
                             : options.border == kernels::Border::circular ? size
                                                                           : border;
            if (border > most) return {FaultKind::border, vector_dims(border), vector_dims(most)};
            const int room = size + 2 * border - covered;
            if (room < 0) return {FaultKind::kernel, padded(from), {2, window().height, window().width}};
            to[axis] = room / stride[side] + 1;
        }
        return to;
    }

    /// (2, height, width) of an image with what its padding puts around it, as far as they are known.
    constexpr Dims padded(Dims from) const {
        const auto with = [](int size, int border) { return size == any_dim ? any_dim : size + 2 * border; };
        return {2, with(from.second, padding.height), with(from.third, padding.width)};
    }
};

/// The arguments of a layer, which say its numbers.
template <bool is_transposed, int axes, int in, int out, auto kernel, auto stride, auto padding, class Choice>
struct ConvArguments {
    static_assert(is_number_or_size<kernel> && is_number_or_size<stride> && is_number_or_size<padding>,
                  "a convolution's kernel, stride and padding are ints, or each a Size2{height, width}");
    static constexpr ConvNumbers numbers = [] {
        constexpr ConvOptions options = conv_options<Choice>();
        ConvNumbers all{in,
                        out,
                        both_sides(kernel),
                        both_sides(stride),
                        both_sides(padding),
                        options,
                        is_transposed,
                        axes,
                        options.fault(is_transposed, axes)};
        if (axes == 1) {
            all.kernel.height = all.stride.height = all.options.dilation.height = 1;
            all.padding.height = all.options.output_padding.height = 0;
        }
        return all;
    }();
};

/// The same without a bias.
template <class Arguments>
struct WithoutBias {
    static constexpr auto numbers = [] {
        auto all = Arguments::numbers;
        all.options.bias = false;
        return all;
    }();
};

/// A convolution, transposed or not, of the arguments' numbers.
template <class Arguments>
struct GeneralConv : LayerBase {
    using linear_map = GeneralConv<WithoutBias<Arguments>>;
    static constexpr ConvNumbers numbers = Arguments::numbers;
    static constexpr bool exceeds_0_to_1 = true;
    static constexpr bool is_product = true;  // on some devices an activation behind it is applied in the same pass
    static constexpr ShapeFault fault = numbers.fault();
    static constexpr bool has_bias = numbers.options.bias;
    static constexpr int output_axis = numbers.transposed ? 1 : 0;  // of the weight, see SpectralNorm
    using sample_norms = SingleGradients;
    static constexpr Dims input =
        image_dims(fault ? any_dim : numbers.in, numbers.axes == 1 && !fault ? 1 : any_dim, any_dim);
    static constexpr auto parameters = weight_and_bias<std::conditional_t<has_bias, Bias, NoBias>>(
        numbers.weight(), numbers.order(), numbers.out, numbers.fan_in());

    static constexpr Inferred output(Dims in) { return numbers.output(in); }

    // A border is written around the image first, and then there is nothing left to pad.
    static constexpr bool has_border = numbers.has_border();
    static constexpr Size2 padding = has_border ? Size2{0, 0} : numbers.padding;
    using Square = kernels::TypedConvGeometry<numbers.kernel.height, numbers.stride.height, padding.height>;
    using Geometry = std::conditional_t<numbers.is_square(), Square, kernels::GeneralConvGeometry>;

    static constexpr Geometry geometry(Dims in, Dims out) {
        Size2 from{in.height(), in.width()};
        const Size2 to{out.height(), out.width()};
        if (has_border) from = {numbers.padded(in).first, numbers.padded(in).second};
        const int large_channels = numbers.transposed ? numbers.out : numbers.in;
        const int small_channels = numbers.transposed ? numbers.in : numbers.out;
        const Size2 large = numbers.transposed ? to : from, small = numbers.transposed ? from : to;
        if constexpr (numbers.is_square())
            return Geometry({large_channels, small_channels, numbers.kernel.height, numbers.stride.height,
                             padding.height, large.height, large.width, small.height, small.width});
        else
            return {large_channels,           small_channels, numbers.options.groups,
                    numbers.kernel,           numbers.stride, padding,
                    numbers.options.dilation, large,          small};
    }

    template <class Device>
    static constexpr auto packed() {
        return packed_form(kernels::planned<Device>, geometry({}, {}));
    }
    template <class Device, class Form>
    static void prepare(Device device, const float* values, Form* to) {
        pack(device, geometry({}, {}), values + parameter_offset<GeneralConv>(0), to);
    }

    /// An image with its border comes first in scratch.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        const MemoryExtent scratch =
            bordered(in) + convolution_scratch(kernels::planned<Device>, geometry(in, output(in).dims));
        return {.saved = {}, .forward_scratch = scratch, .backward_scratch = scratch};
    }

    template <class Device, class Mode, class Function = kernels::NoActivation>
    static void forward(Device device, Mode, const Forward<Mode>& f, const kernels::Epilogue<Function>& end = {}) {
        const float* bias = has_bias ? f.parameters + parameter_offset<GeneralConv>(1) : nullptr;
        const auto weights = weights_of<Device>(f);
        const Geometry sizes = geometry(f.in, f.out);
        const float* x = f.x;
        if constexpr (has_border) {
            add_border(device, border(f.in), f.batch, f.x, f.scratch.per_sample);
            x = f.scratch.per_sample;
        }
        apply_epilogue(device, f.added, end, [&](const auto&... with) {
            if constexpr (numbers.transposed)
                convolve_transposed(device, sizes, f.batch, x, weights, bias, f.y, f.scratch.at(bordered(f.in)),
                                    with...);
            else
                convolve(device, sizes, f.batch, x, weights, bias, f.y, f.scratch.at(bordered(f.in)), with...);
        });
    }

    template <class Device>
    static void backward(Device device, const Backward& b) {
        const auto weights = weights_of<Device>(b);
        const Geometry sizes = geometry(b.in, b.out);
        const MemoryRegion scratch = b.scratch.at(bordered(b.in));
        if (b.dx) {
            if constexpr (numbers.transposed)
                convolve(device, sizes, b.batch, b.dy, weights, nullptr, b.dx, scratch);
            else
                convolve_transposed(device, sizes, b.batch, b.dy, weights, nullptr,
                                    has_border ? b.scratch.per_sample : b.dx, scratch);
            if constexpr (has_border) add_border_backward(device, border(b.in), b.batch, b.scratch.per_sample, b.dx);
        }
        if (!b.gradients) return;
        const float* x = b.x;
        if constexpr (has_border) {
            add_border(device, border(b.in), b.batch, b.x, b.scratch.per_sample);
            x = b.scratch.per_sample;
        }
        float* const gradient = b.gradients + parameter_offset<GeneralConv>(0);
        using kernels::Transformed;
        if constexpr (numbers.transposed)
            convolve_weight_gradient(device, sizes, b.batch, b.dy, x, gradient, b.accumulate, scratch,
                                     b.dx ? Transformed::large : Transformed::none);
        else
            convolve_weight_gradient(device, sizes, b.batch, x, b.dy, gradient, b.accumulate, scratch,
                                     b.dx ? Transformed::small : Transformed::none);
        if constexpr (has_bias)
            column_sums(device, static_cast<long>(b.batch) * b.out.pixels(), numbers.out, b.dy,
                        b.gradients + parameter_offset<GeneralConv>(1), b.accumulate);
    }

  private:
    template <class Device, class Pass>
    static auto weights_of(const Pass& pass) {
        return packed<Device>().weights(pass.parameters + parameter_offset<GeneralConv>(0), pass.packed);
    }

    static constexpr kernels::BorderGeometry border(Dims in) {
        return {numbers.options.border, numbers.in, {in.height(), in.width()}, numbers.padding};
    }
    static constexpr MemoryExtent bordered(Dims in) {
        if constexpr (has_border) return {aligned(border(in).padded_floats()), 0};
        return {};
    }
};

}  // namespace genotype::inline v0_1::detail
