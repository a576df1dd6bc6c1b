// What a convolution's type can say behind its padding.
#pragma once

#include <concepts>
#include <initializer_list>
#include <type_traits>

#include "genotype/kernels/border.hpp"
#include "genotype/layers/bias.hpp"
#include "genotype/shape/fault.hpp"
#include "genotype/shape/size2.hpp"
#include "genotype/shape/size3.hpp"

namespace genotype::inline v0_1 {

/// Of a `Conv` or `ConvT`: pixels that a tap skips to the next, counted as PyTorch's `dilation`: 1 for none. A number
/// for all sides, or a `Size2`; of a `Conv3d` a `Size3`.
template <auto size>
struct Dilation {};

/// Of a `Conv` or `ConvT`: channels in so many groups, each of which is convolved by itself. With as many groups as
/// channels the convolution is depthwise. PyTorch's `groups`.
template <int count>
struct Groups {};

/// Of a `ConvT`, or with a depth of a `ConvT3d`: rows and columns that
/// the output has more below and to the right. PyTorch's `output_padding`.
template <auto size>
struct OutputPadding {};

/// Of a `Conv`: what its padding consists of in place of zeros: the image mirrored at the middle of its outermost
/// pixels, these pixels repeated, or the image's other end. PyTorch's `padding_mode` "reflect", "replicate" and
/// "circular".
struct ReflectPadding {};
struct ReplicatePadding {};
struct CircularPadding {};

namespace detail {

/// A number of a layer's type, or a height and a width.
constexpr Size2 both_sides(int size) {
    return {size, size};
}
constexpr Size2 both_sides(Size2 size) {
    return size;
}
constexpr Size2 both_sides(Size3 size) {
    return {size.height, size.width};
}
constexpr int depth_of(int size) {
    return size;
}
constexpr int depth_of(Size2) {
    return 1;
}
constexpr int depth_of(Size3 size) {
    return size.depth;
}

template <auto size>
inline constexpr bool is_number_or_size =
    std::same_as<std::remove_cvref_t<decltype(size)>, int> || std::same_as<std::remove_cvref_t<decltype(size)>, Size2>;
template <auto size>
inline constexpr bool is_number_or_size3 =
    std::same_as<std::remove_cvref_t<decltype(size)>, int> || std::same_as<std::remove_cvref_t<decltype(size)>, Size3>;

/// All that the options say. Counts how often each is given.
struct ConvOptions {
    bool bias = false;
    Size2 dilation{1, 1}, output_padding{0, 0};
    int dilation_depth = 1, output_padding_depth = 0;  // of videos
    int groups = 1;
    kernels::Border border = kernels::Border::zeros;

    int biases = 0, dilations = 0, groupings = 0, output_paddings = 0, borders = 0, others = 0;
    int of_images = 0, of_videos = 0;  // sizes of two sides, and of three

    /// What they get wrong of a convolution: a transposed one pads with zeros alone, as PyTorch's, and a signal has one
    /// side.
    constexpr ShapeFault fault(bool transposed, int axes) const {
        const bool of_two_sides = dilation.height != dilation.width || output_padding.height != output_padding.width;
        if ((axes == 3 ? of_images : of_videos) > 0) return {FaultKind::option, {}, {}};
        if (others > 0 || (transposed ? borders : output_paddings) > 0 || (axes == 1 && of_two_sides))
            return {FaultKind::option, {}, {}};
        for (int times : {biases, dilations, groupings, output_paddings, borders})
            if (times > 1) return {FaultKind::option_twice, {}, {}};
        return {};
    }
};

constexpr void count_sides(ConvOptions&, int) {}
constexpr void count_sides(ConvOptions& options, Size2) {
    ++options.of_images;
}
constexpr void count_sides(ConvOptions& options, Size3) {
    ++options.of_videos;
}

constexpr void read_option(ConvOptions& options, Bias) {
    options.bias = true;
    ++options.biases;
}
constexpr void read_option(ConvOptions& options, NoBias) {
    ++options.biases;
}
template <auto size>
constexpr void read_option(ConvOptions& options, Dilation<size>) {
    static_assert(is_number_or_size<size> || is_number_or_size3<size>,
                  "a dilation is an int, a Size2{height, width}, or of a video a Size3{depth, height, width}");
    count_sides(options, size);
    options.dilation = both_sides(size);
    options.dilation_depth = depth_of(size);
    ++options.dilations;
}
template <int count>
constexpr void read_option(ConvOptions& options, Groups<count>) {
    options.groups = count;
    ++options.groupings;
}
template <auto size>
constexpr void read_option(ConvOptions& options, OutputPadding<size>) {
    static_assert(is_number_or_size<size> || is_number_or_size3<size>,
                  "an output padding is an int, a Size2{height, width}, or of a video a Size3{depth, height, width}");
    count_sides(options, size);
    options.output_padding = both_sides(size);
    options.output_padding_depth = depth_of(size);
    ++options.output_paddings;
}
constexpr void read_border(ConvOptions& options, kernels::Border border) {
    options.border = border;
    ++options.borders;
}
constexpr void read_option(ConvOptions& options, ReflectPadding) {
    read_border(options, kernels::Border::reflect);
}
constexpr void read_option(ConvOptions& options, ReplicatePadding) {
    read_border(options, kernels::Border::replicate);
}
constexpr void read_option(ConvOptions& options, CircularPadding) {
    read_border(options, kernels::Border::circular);
}
template <class Other>
constexpr void read_option(ConvOptions& options, Other) {
    ++options.others;
}
template <class... Option>
constexpr void read_option(ConvOptions& options, With<Option...>) {
    (read_option(options, Option{}), ...);
}

template <class Choice>
constexpr ConvOptions conv_options() {
    ConvOptions options;
    read_option(options, Choice{});
    return options;
}

}  // namespace detail
}  // namespace genotype::inline v0_1
