// Convolution, its transpose and its weight gradient as products over thrust.
#pragma once

#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/portable/matmul.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

// Places and taps are ints, since their division is what costs: a GPU's of longs is several times as slow.

/// Values of the large image as the small pixels' taps see them: [small pixel of the batch][tap][large channel].
struct LargeTaps {
    ConvGeometry g;
    const float* large;

    GENOTYPE_BOTH float operator()(long pixel, long at) const {
        const long sample = pixel / g.small_pixels();
        const int place = static_cast<int>(pixel % g.small_pixels()), tap = static_cast<int>(at) / g.large_channels;
        const int row = place / g.small_width * g.stride - g.padding + tap / g.kernel;
        const int column = place % g.small_width * g.stride - g.padding + tap % g.kernel;
        if (row < 0 || row >= g.large_height || column < 0 || column >= g.large_width) return 0;
        return large[sample * g.large_floats() + (static_cast<long>(row) * g.large_width + column) * g.large_channels +
                     static_cast<int>(at) % g.large_channels];
    }
};

/// The same by [tap][large channel] first.
struct LargeTapsFirst {
    static constexpr bool first_together = true;

    LargeTaps taps;

    GENOTYPE_BOTH float operator()(long at, long pixel) const { return taps(pixel, at); }
};

/// Along one side, the large pixels first, first + stride, ... which all meet the same taps: every stride-th, from
/// `tap` on. Tap t of them joins large pixel i to small pixel meets + i - t.
struct SidePhase {
    int first, pixels, tap, taps, meets;

    static constexpr SidePhase of(const ConvGeometry& g, int size, int first) {
        const int tap = (first + g.padding) % g.stride;
        return {first, (size - first + g.stride - 1) / g.stride, tap, (g.kernel - tap + g.stride - 1) / g.stride,
                (first + g.padding) / g.stride};
    }
};

/// The large pixels of a batch that are of one phase in their rows and of one in their columns.
struct PhasePixels {
    ConvGeometry g;
    SidePhase rows, columns;

    constexpr long pixels() const { return static_cast<long>(rows.pixels) * columns.pixels; }
    constexpr int taps() const { return rows.taps * columns.taps; }

    /// The number of a pixel among all of the batch.
    GENOTYPE_BOTH long large_pixel(long pixel) const {
        const long sample = pixel / pixels();
        const int place = static_cast<int>(pixel % pixels());
        return sample * g.large_pixels() +
               static_cast<long>(rows.first + place / columns.pixels * g.stride) * g.large_width + columns.first +
               place % columns.pixels * g.stride;
    }

    /// The number of a tap of the phases among all of the kernel.
    GENOTYPE_BOTH int kernel_tap(int tap) const {
        const int row = tap / columns.taps, column = tap - row * columns.taps;
        return (rows.tap + row * g.stride) * g.kernel + columns.tap + column * g.stride;
    }
};

/// Values of the small image as these pixels' taps see them: [pixel][tap of the phases][small channel].
struct SmallTaps {
    PhasePixels phase;
    const float* small;

    GENOTYPE_BOTH float operator()(long pixel, long at) const {
        const ConvGeometry& g = phase.g;
        const long sample = pixel / phase.pixels();
        const int place = static_cast<int>(pixel % phase.pixels()), tap = static_cast<int>(at) / g.small_channels;
        const int row = phase.rows.meets + place / phase.columns.pixels - tap / phase.columns.taps;
        const int column = phase.columns.meets + place % phase.columns.pixels - tap % phase.columns.taps;
        if (row < 0 || row >= g.small_height || column < 0 || column >= g.small_width) return 0;
        return small[sample * g.small_floats() + (static_cast<long>(row) * g.small_width + column) * g.small_channels +
                     static_cast<int>(at) % g.small_channels];
    }
};

/// The weights of these pixels' taps: [tap of the phases][small channel] to large channel.
struct PhaseWeights {
    static constexpr bool first_together = true;

    PhasePixels phase;
    const float* weights;

    GENOTYPE_BOTH float operator()(long at, long column) const {
        const int channels = phase.g.small_channels;
        const int tap = static_cast<int>(at) / channels, channel = static_cast<int>(at) % channels;
        return weights[(phase.kernel_tap(tap) * phase.g.large_channels + column) * channels + channel];
    }
};

/// Writes those of these pixels.
template <class Function>
struct PhaseResult {
    PhasePixels phase;
    WithBias<Function> all;

    GENOTYPE_BOTH void operator()(long pixel, long column, float sum) const {
        all(phase.large_pixel(pixel), column, sum);
    }
};

/// A transposed convolution as a product for each pair of phases.
template <class Function>
struct PhaseProducts {
    struct Product {
        long rows, terms;
        SmallTaps left;
        PhaseWeights right;
        PhaseResult<Function> store;
    };

    ConvGeometry g;
    int batch;
    const float* small;
    const float* weights;
    const float* bias;
    float* large;
    Epilogue<Function> end;

    GENOTYPE_BOTH Product operator()(int number) const {
        const PhasePixels phase{g, SidePhase::of(g, g.large_height, number / g.stride),
                                SidePhase::of(g, g.large_width, number % g.stride)};
        return {batch * phase.pixels(),
                static_cast<long>(phase.taps()) * g.small_channels,
                {phase, small},
                {phase, weights},
                {phase, {bias, g.large_channels, large, end}}};
    }
};

/// Pixels of a sample in the phase that has the most.
constexpr long most_phase_pixels(const ConvGeometry& g) {
    return PhasePixels{g, SidePhase::of(g, g.large_height, 0), SidePhase::of(g, g.large_width, 0)}.pixels();
}

}  // namespace detail

/// No packed form.
template <class System>
constexpr PackedForm<float> packed_form(Thrust<System>, const ConvGeometry&) {
    return {};
}
template <class System>
void pack(Thrust<System>, const ConvGeometry&, const float*, float*) {}

/// What sums in splits need.
template <class System>
constexpr MemoryExtent convolution_scratch(Thrust<System> device, const ConvGeometry&) {
    return detail::product_scratch(device);
}

/// See the reference's.
template <class System, class Function = NoActivation>
void convolve(Thrust<System> device, const ConvGeometry& g, int batch, const float* large, ConvWeights weights,
              const float* bias, float* small, MemoryRegion scratch, const Epilogue<Function>& end = {}) {
    detail::multiply_with(device, scratch, static_cast<long>(batch) * g.small_pixels(),
                          static_cast<long>(g.taps()) * g.large_channels, g.small_channels, detail::LargeTaps{g, large},
                          detail::Matrix{weights.plain, g.small_channels},
                          detail::WithBias<Function>{bias, g.small_channels, small, end});
}

/// See the reference's.
template <class System, class Function = NoActivation>
void convolve_transposed(Thrust<System> device, const ConvGeometry& g, int batch, const float* small,
                         ConvWeights weights, const float* bias, float* large, MemoryRegion scratch,
                         const Epilogue<Function>& end = {}) {
    const detail::PhaseProducts<Function> products{g, batch, small, weights.plain, bias, large, end};
    if (g.stride == 1) {
        const auto all = products(0);
        detail::multiply_with(device, scratch, all.rows, all.terms, g.large_channels, all.left, all.right, all.store);
    } else {
        detail::multiply_parts(device, g.stride * g.stride, detail::most_phase_pixels(g) * batch, g.large_channels,
                               products);
    }
}

/// See the reference's.
template <class System>
void convolve_weight_gradient(Thrust<System> device, const ConvGeometry& g, int batch, const float* large,
                              const float* small, float* gradient, bool accumulate, MemoryRegion scratch,
                              Transformed = Transformed::none) {
    detail::multiply_with(device, scratch, static_cast<long>(g.taps()) * g.large_channels,
                          static_cast<long>(batch) * g.small_pixels(), g.small_channels,
                          detail::LargeTapsFirst{{g, large}}, detail::Matrix{small, g.small_channels},
                          detail::ToGradient{g.small_channels, gradient, accumulate});
}

// A convolution of one tap is a product.

/// See `matmul`.
template <class System, class Function = NoActivation>
void convolve(Thrust<System> device, const ProductGeometry& g, int batch, const float* large, ConvWeights weights,
              const float* bias, float* small, MemoryRegion scratch, const Epilogue<Function>& end = {}) {
    matmul(device, g, batch, large, weights, bias, small, scratch, end);
}
template <class System, class Function = NoActivation>
void convolve_transposed(Thrust<System> device, const ProductGeometry& g, int batch, const float* small,
                         ConvWeights weights, const float* bias, float* large, MemoryRegion scratch,
                         const Epilogue<Function>& end = {}) {
    matmul_transposed(device, g, batch, small, weights, bias, large, scratch, end);
}
template <class System>
void convolve_weight_gradient(Thrust<System> device, const ProductGeometry& g, int batch, const float* large,
                              const float* small, float* gradient, bool accumulate, MemoryRegion scratch,
                              Transformed = Transformed::none) {
    matmul_weight_gradient(device, g, batch, large, small, gradient, accumulate, scratch);
}

}  // namespace genotype::inline v0_1::kernels
