// Conv3d and ConvT3d: convolutions over videos and volumes.
#pragma once

#include <concepts>

#include "genotype/kernels/frames.hpp"
#include "genotype/layers/general_conv.hpp"
#include "genotype/shape/size3.hpp"

namespace genotype::inline v0_1 {
namespace detail {

/// The numbers of a convolution's type, with its depth.
struct VideoConvNumbers {
    int in, out;
    Size3 kernel, stride, padding;
    ConvOptions options;
    bool transposed;
    ShapeFault wrong_option;

    constexpr int large_channels() const { return transposed ? out : in; }

    /// That of images which a window of `kernel.depth` frames goes through. A transposed one's bias is added when its
    /// windows have been summed.
    constexpr ConvNumbers of_windows() const {
        ConvNumbers all{transposed ? in : in * kernel.depth,
                        transposed ? out * kernel.depth : out,
                        both_sides(kernel),
                        both_sides(stride),
                        both_sides(padding),
                        options,
                        transposed,
                        2,
                        {}};
        if (transposed) all.options.bias = false;
        return all;
    }

    constexpr ShapeFault fault() const {
        if (wrong_option) return wrong_option;
        if (const ShapeFault wrong = convolution_fault(in, out, kernel.depth, stride.depth, padding.depth))
            return wrong;
        const int dilation = options.dilation_depth, more = options.output_padding_depth;
        if (dilation < 1) return {FaultKind::dilation, vector_dims(dilation), {}};
        if (more < 0) return {FaultKind::padding, vector_dims(more), {}};
        if (more > 0 && more >= stride.depth && more >= dilation)
            return {FaultKind::extra_output, vector_dims(more), {2, stride.depth, dilation}};
        if (options.groups >= 1)
            for (int channels : {in, out})
                if (channels % options.groups != 0)
                    return {FaultKind::groups, vector_dims(channels), vector_dims(options.groups)};
        return of_windows().fault();
    }

    /// PyTorch's dims of the weight. In memory a tap's frames lie between its column and its channels.
    constexpr Dims weight() const {
        const int groups = options.groups < 1 ? 1 : options.groups;
        return {5, transposed ? in : out, (transposed ? out : in) / groups, kernel.depth, kernel.height, kernel.width};
    }
    static constexpr AxisOrder order{3, 4, 2, 1, 0};

    constexpr int covered() const { return options.dilation_depth * (kernel.depth - 1) + 1; }

    constexpr Inferred output(Dims from) const {
        if (const ShapeFault wrong = fault()) return wrong;
        const ConvNumbers windows = of_windows();
        Inferred sides = windows.output(image_dims(windows.in, from.third, from.fourth));
        if (sides.fault.kind == FaultKind::empty_output) sides.fault.got = from;
        if (sides.fault) return sides;
        Dims to = video_dims(out, any_dim, sides.dims.second, sides.dims.third);
        const int size = from.second, border = padding.depth;
        if (size == any_dim) return to;
        if (transposed) {
            to.second = (size - 1) * stride.depth - 2 * border + covered() + options.output_padding_depth;
            if (to.second < 1) return {FaultKind::empty_output, from, {}};
            return to;
        }
        const int most = options.border == kernels::Border::reflect    ? size - 1
                         : options.border == kernels::Border::circular ? size
                                                                       : border;
        if (border > most) return {FaultKind::border, vector_dims(border), vector_dims(most)};
        const int room = size + 2 * border - covered();
        const Dims padded = windows.padded(image_dims(in, from.third, from.fourth));
        if (room < 0)
            return {FaultKind::kernel,
                    {3, size + 2 * border, padded.first, padded.second},
                    {3, covered(), windows.window().height, windows.window().width}};
        to.second = room / stride.depth + 1;
        return to;
    }
};

/// The arguments of a layer, which say its numbers.
template <bool is_transposed, int in, int out, auto kernel, auto stride, auto padding, class Choice>
struct VideoConvArguments {
    static_assert(is_number_or_size3<kernel> && is_number_or_size3<stride> && is_number_or_size3<padding>,
                  "a convolution's kernel, stride and padding over videos are ints, or each a "
                  "Size3{depth, height, width}");
    template <class Size>
    static constexpr Size3 all_sides(Size size) {
        return {depth_of(size), both_sides(size).height, both_sides(size).width};
    }
    static constexpr VideoConvNumbers numbers = [] {
        constexpr ConvOptions options = conv_options<Choice>();
        return VideoConvNumbers{in,
                                out,
                                all_sides(kernel),
                                all_sides(stride),
                                all_sides(padding),
                                options,
                                is_transposed,
                                options.fault(is_transposed, 3)};
    }();
};

/// A convolution over videos: each window of frames goes through one over images, whose kernels and packed weights
/// are used as they are.
template <class Arguments>
struct VideoConv : LayerBase {
    static constexpr VideoConvNumbers numbers = Arguments::numbers;
    struct OfWindows {
        static constexpr ConvNumbers numbers = Arguments::numbers.of_windows();
    };
    using Images = GeneralConv<OfWindows>;
    using linear_map = VideoConv<WithoutBias<Arguments>>;
    using sample_norms = SingleGradients;
    static constexpr bool exceeds_0_to_1 = true;
    static constexpr bool is_product = !numbers.transposed;
    static constexpr ShapeFault fault = numbers.fault();
    static constexpr bool has_bias = numbers.options.bias;
    static constexpr int output_axis = numbers.transposed ? 1 : 0;  // of the weight, see SpectralNorm
    static constexpr Dims input = video_dims(fault ? any_dim : numbers.in, any_dim, any_dim, any_dim);
    static constexpr auto parameters = weight_and_bias<std::conditional_t<has_bias, Bias, NoBias>>(
        numbers.weight(), numbers.order, numbers.out, OfWindows::numbers.fan_in());

    static constexpr Inferred output(Dims in) { return numbers.output(in); }
    static constexpr long multiply_adds(Dims in, Dims out) {
        return parameters[0].count() * (numbers.transposed ? in.pixels() : out.pixels());
    }

    template <class Device>
    static constexpr auto packed() {
        return Images::template packed<Device>();
    }
    template <class Device, class Form>
    static void prepare(Device device, const float* values, Form* to) {
        Images::prepare(device, values, to);
    }

    /// Scratch: the windows, then what the convolution over images needs, with an image for each window.
    template <class Device, class Mode>
    static constexpr LayerMemory memory(Dims in) {
        const kernels::FrameWindows windows = windows_of(in, output(in).dims);
        const LayerMemory inner = Images::template memory<Device, Mode>(image_of(in, OfWindows::numbers.in));
        const auto of_all = [&](MemoryExtent extent) {
            return place_of_windows(windows) + MemoryExtent{windows.small * extent.per_sample, extent.fixed};
        };
        return {.saved = {},
                .forward_scratch = of_all(inner.forward_scratch),
                .backward_scratch = of_all(inner.backward_scratch)};
    }

    template <class Device, class Mode, class... End>
    static void forward(Device device, Mode mode, const Forward<Mode>& f, const End&... end) {
        const kernels::FrameWindows windows = windows_of(f.in, f.out);
        float* const place = f.scratch.per_sample;
        Forward<Mode> call = of_images(f, windows);
        if constexpr (!is_one_frame) {
            if constexpr (numbers.transposed) {
                call.y = place;
            } else {
                gather_frames(device, windows, f.batch, f.x, place);
                call.x = place;
            }
        }
        Images::forward(device, mode, call, end...);
        if constexpr (numbers.transposed && !is_one_frame) {
            const float* bias = has_bias ? f.parameters + parameter_offset<VideoConv>(1) : nullptr;
            sum_windows(device, windows, f.batch, place, bias, f.y);
        }
    }

    template <class Device>
    static void backward(Device device, const Backward& b) {
        const kernels::FrameWindows windows = windows_of(b.in, b.out);
        float* const place = b.scratch.per_sample;
        Backward call = of_images(b, windows);
        if constexpr (is_one_frame) {
            Images::backward(device, call);
        } else if constexpr (numbers.transposed) {
            gather_frames(device, windows, b.batch, b.dy, place);
            call.dy = place;
            Images::backward(device, call);
        } else {
            // The gradient by the windows and the windows themselves have one place.
            if (b.dx) {
                Backward by_windows = call;
                by_windows.dx = place;
                by_windows.gradients = nullptr;
                Images::backward(device, by_windows);
                sum_windows(device, windows, b.batch, place, nullptr, b.dx);
            }
            if (!b.gradients) return;
            gather_frames(device, windows, b.batch, b.x, place);
            call.x = place;
            call.dx = nullptr;
            Images::backward(device, call);
        }
        if constexpr (numbers.transposed && has_bias)
            if (b.gradients)
                column_sums(device, static_cast<long>(b.batch) * b.out.pixels(), numbers.out, b.dy,
                            b.gradients + parameter_offset<VideoConv>(1), b.accumulate);
    }

  private:
    /// A window is one frame where it stands.
    static constexpr bool is_one_frame = numbers.kernel.depth == 1 && numbers.stride.depth == 1 &&
                                         numbers.padding.depth == 0 && numbers.options.output_padding_depth == 0 &&
                                         !(numbers.transposed && has_bias);

    static constexpr kernels::FrameWindows windows_of(Dims in, Dims out) {
        const Dims large = numbers.transposed ? out : in, small = numbers.transposed ? in : out;
        return {numbers.options.border, numbers.kernel.depth,           numbers.stride.depth,
                numbers.padding.depth,  numbers.options.dilation_depth, large.depth(),
                small.depth(),          large.height() * large.width(), numbers.large_channels(),
                numbers.options.groups};
    }
    static constexpr MemoryExtent place_of_windows(const kernels::FrameWindows& windows) {
        return {is_one_frame ? 0 : aligned(windows.floats()), 0};
    }
    static constexpr Dims image_of(Dims video, int channels) {
        return image_dims(channels, video.height(), video.width());
    }

    /// The call over all windows as images.
    template <class Pass>
    static Pass of_images(const Pass& pass, const kernels::FrameWindows& windows) {
        Pass call = pass;
        call.batch = pass.batch * windows.small;
        call.in = image_of(pass.in, OfWindows::numbers.in);
        call.out = image_of(pass.out, OfWindows::numbers.out);
        call.scratch = pass.scratch.at(place_of_windows(windows));
        call.scratch.capacity *= windows.small;
        return call;
    }
};

}  // namespace detail

/// A kernel slides over the padded video, or another volume. Shape: (in, depth, height, width) to (out, depth',
/// height', width') with depth' = (depth + 2 padding - dilation (kernel - 1) - 1) / stride + 1, rounded down, and so
/// the others.
///
///     Conv3d<3, 16, 3, 1, 1>                                                   // without a bias unless asked
///     Conv3d<16, 32, Size3{3, 5, 5}, Size3{1, 2, 2}, Size3{1, 2, 2}, With<Groups<4>, Bias>>
///
/// Sizes are ints, or `Size3{depth, height, width}`; options are those of `Conv`. In memory a video lies as (depth,
/// height, width, channels). It runs as a convolution of images over windows of frames, which are written to memory
/// first: `kernel depth` times the video.
///
/// PyTorch equivalent: `torch.nn.Conv3d(in, out, kernel, stride, padding, dilation, groups, bias, padding_mode)`.
/// Source: Ji, Xu, Yang, Yu, "3D convolutional neural networks for human action recognition" (ICML 2010).
template <int in_channels, int out_channels, auto kernel, auto stride = 1, auto padding = 0, class Choice = NoBias>
struct Conv3d
    : detail::VideoConv<detail::VideoConvArguments<false, in_channels, out_channels, kernel, stride, padding, Choice>> {
};

/// Every value of a video adds a weighted kernel to the output. Shape: (in, depth, height, width) to (out, depth',
/// height', width') with depth' = (depth - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1, and so
/// the others. PyTorch equivalent: `torch.nn.ConvTranspose3d(in, out, kernel, stride, padding, output_padding, groups,
/// bias, dilation)`, no bias unless asked.
template <int in_channels, int out_channels, auto kernel, auto stride = 1, auto padding = 0, class Choice = NoBias>
struct ConvT3d
    : detail::VideoConv<detail::VideoConvArguments<true, in_channels, out_channels, kernel, stride, padding, Choice>> {
};

}  // namespace genotype::inline v0_1
