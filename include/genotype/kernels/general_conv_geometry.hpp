// The sizes of a convolution whose sides may differ, with dilation and groups.
#pragma once

#include "genotype/shape/size2.hpp"

namespace genotype::inline v0_1::kernels {

/// Along one side, the pixels of a result that meet the same taps, and where they meet them in the source.
struct TapAxis {
    int pixels, first, pitch;             // pixel i is index first + i * pitch of the result
    int taps, kernel_first, kernel_step;  // tap t is index kernel_first + t * kernel_step of the kernel
    int step, offset, shift;              // and meets index i * step + offset + t * shift of the source

    constexpr int source(int pixel, int tap) const { return pixel * step + offset + tap * shift; }
};

/// One side of a convolution: large index r * stride - padding + k * dilation meets small index r through tap k.
struct ConvSide {
    int kernel, stride, padding, dilation, large, small;

    /// What result index `at` meets through tap k, or -1.
    constexpr int meets(bool to_large, int at, int k) const {
        if (!to_large) {
            const int source = at * stride - padding + k * dilation;
            return source >= 0 && source < large ? source : -1;
        }
        const int from_first = at + padding - k * dilation;
        return from_first >= 0 && from_first % stride == 0 && from_first / stride < small ? from_first / stride : -1;
    }

    /// All small pixels meet the same taps; of the large ones every stride-th does, from `first` on.
    constexpr TapAxis axis(bool to_large, int first) const {
        if (!to_large) return {small, 0, 1, kernel, 0, 1, stride, -padding, dilation};
        const int pixels = first < large ? (large - first - 1) / stride + 1 : 0;
        int kernel_step = 1;
        while (kernel_step * dilation % stride != 0) ++kernel_step;
        for (int k = 0; k < kernel && k < kernel_step; ++k) {
            const int from_first = first + padding - k * dilation;
            if (from_first % stride != 0) continue;
            return {pixels,
                    first,
                    stride,
                    (kernel - k - 1) / kernel_step + 1,
                    k,
                    kernel_step,
                    1,
                    from_first / stride,
                    -(kernel_step * dilation / stride)};
        }
        return {pixels, first, stride, 0, 0, 1, 1, 0, 0};
    }
};

/// As `ConvGeometry`, for what that has no words for. With groups, group i of the large channels meets group i of the
/// small ones alone. Weights lie as [kernel_row][kernel_column][large channel of a group][small channel]: PyTorch's
/// with axes in the order 2, 3, 1, 0.
struct GeneralConvGeometry {
    int large_channels = 1, small_channels = 1, groups = 1;
    Size2 kernel{1, 1}, stride{1, 1}, padding{0, 0}, dilation{1, 1};
    Size2 large{1, 1}, small{1, 1};

    constexpr int taps() const { return kernel.height * kernel.width; }
    constexpr int group_large() const { return large_channels / groups; }
    constexpr int group_small() const { return small_channels / groups; }
    constexpr long weights() const { return static_cast<long>(taps()) * group_large() * small_channels; }
    constexpr int large_pixels() const { return large.height * large.width; }
    constexpr int small_pixels() const { return small.height * small.width; }
    constexpr long large_floats() const { return static_cast<long>(large_pixels()) * large_channels; }
    constexpr long small_floats() const { return static_cast<long>(small_pixels()) * small_channels; }

    constexpr ConvSide rows() const {
        return {kernel.height, stride.height, padding.height, dilation.height, large.height, small.height};
    }
    constexpr ConvSide columns() const {
        return {kernel.width, stride.width, padding.width, dilation.width, large.width, small.width};
    }

    /// Each channel by itself: lanes run along the channels.
    constexpr bool is_depthwise() const { return groups > 1 && groups == large_channels && groups == small_channels; }
};

/// One direction of it: pixels of a result gather from a source.
struct GeneralConvDirection {
    GeneralConvGeometry geometry;
    bool to_large;

    constexpr Size2 source() const { return to_large ? geometry.small : geometry.large; }
    constexpr Size2 result() const { return to_large ? geometry.large : geometry.small; }
    constexpr int source_channels() const { return to_large ? geometry.small_channels : geometry.large_channels; }
    constexpr int result_channels() const { return to_large ? geometry.large_channels : geometry.small_channels; }
    constexpr int group_source() const { return source_channels() / geometry.groups; }
    constexpr int group_result() const { return result_channels() / geometry.groups; }
    constexpr long contraction() const { return static_cast<long>(geometry.taps()) * group_source(); }

    /// Parts of the result whose pixels meet the same taps.
    constexpr int phases() const { return to_large ? geometry.stride.height * geometry.stride.width : 1; }
    constexpr TapAxis rows(int phase) const { return geometry.rows().axis(to_large, phase / geometry.stride.width); }
    constexpr TapAxis columns(int phase) const {
        return geometry.columns().axis(to_large, phase % geometry.stride.width);
    }

    /// The weight of tap 0 between the first channels of a group, and how far apart those of neighbouring taps, source
    /// channels and result channels lie.
    constexpr long weight(int group) const { return static_cast<long>(group) * geometry.group_small(); }
    constexpr long tap_stride() const { return static_cast<long>(geometry.group_large()) * geometry.small_channels; }
    constexpr long source_stride() const { return to_large ? 1 : geometry.small_channels; }
    constexpr long result_stride() const { return to_large ? geometry.small_channels : 1; }
};

/// The form that a device takes for it.
enum class GeneralConvForm { rows, channels };
constexpr const char* form_name(GeneralConvForm form, const GeneralConvGeometry&) {
    return form == GeneralConvForm::channels ? "depthwise" : "gathered";
}

}  // namespace genotype::inline v0_1::kernels
