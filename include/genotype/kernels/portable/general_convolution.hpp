// Convolutions of any geometry, and borders, over thrust: products of gathered windows where a group has channels
// enough, and otherwise one index for each value that is written.
#pragma once

#include "genotype/kernels/border.hpp"
#include "genotype/kernels/conv_geometry.hpp"
#include "genotype/kernels/general_conv_geometry.hpp"
#include "genotype/kernels/portable/split_product.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

// Places and taps are ints, as in thrust/convolution.hpp.

/// The pixels of one phase of the result, in one group.
struct GeneralPixels {
    GeneralConvDirection direction;
    TapAxis rows, columns;
    int group;

    static constexpr GeneralPixels of(const GeneralConvDirection& direction, int phase, int group) {
        return {direction, direction.rows(phase), direction.columns(phase), group};
    }

    constexpr long pixels() const { return static_cast<long>(rows.pixels) * columns.pixels; }
    constexpr int taps() const { return rows.taps * columns.taps; }

    /// The number of a pixel among all of the batch.
    GENOTYPE_BOTH long result_pixel(long pixel) const {
        const long sample = pixel / pixels();
        const int place = static_cast<int>(pixel % pixels()), row = place / columns.pixels;
        const Size2 result = direction.result();
        return sample * result.height * result.width + static_cast<long>(rows.first + row * rows.pitch) * result.width +
               columns.first + (place - row * columns.pixels) * columns.pitch;
    }
};

/// Values of the source as these pixels' taps see them: [pixel][tap of the phase][source channel of the group].
struct GeneralTaps {
    GeneralPixels part;
    const float* source;

    GENOTYPE_BOTH float operator()(long pixel, long at) const {
        const long sample = pixel / part.pixels();
        const int place = static_cast<int>(pixel % part.pixels()), channels = part.direction.group_source();
        const int tap = static_cast<int>(at) / channels, channel = static_cast<int>(at) - tap * channels;
        const int row = part.rows.source(place / part.columns.pixels, tap / part.columns.taps);
        const int column = part.columns.source(place % part.columns.pixels, tap % part.columns.taps);
        const Size2 size = part.direction.source();
        if (row < 0 || row >= size.height || column < 0 || column >= size.width) return 0;
        return source[((sample * size.height + row) * size.width + column) * part.direction.source_channels() +
                      static_cast<long>(part.group) * channels + channel];
    }
};

/// The same by [tap][source channel] first.
struct GeneralTapsFirst {
    static constexpr bool first_together = true;

    GeneralTaps taps;

    GENOTYPE_BOTH float operator()(long at, long pixel) const { return taps(pixel, at); }
};

/// The weights of these pixels' taps: [tap of the phase][source channel] to result channel of the group.
struct GeneralWeights {
    GeneralPixels part;
    const float* weights;

    GENOTYPE_BOTH float operator()(long at, long column) const {
        const GeneralConvDirection& direction = part.direction;
        const int channels = direction.group_source(), tap = static_cast<int>(at) / channels;
        const int row = tap / part.columns.taps;
        const long kernel_tap =
            static_cast<long>(part.rows.kernel_first + row * part.rows.kernel_step) * direction.geometry.kernel.width +
            part.columns.kernel_first + (tap - row * part.columns.taps) * part.columns.kernel_step;
        return weights[direction.weight(part.group) + kernel_tap * direction.tap_stride() +
                       (at - static_cast<long>(tap) * channels) * direction.source_stride() +
                       column * direction.result_stride()];
    }
};

/// Writes those of these pixels.
template <class Function>
struct GeneralResult {
    GeneralPixels part;
    WithBias<Function> all;

    GENOTYPE_BOTH void operator()(long pixel, long column, float sum) const {
        all(part.result_pixel(pixel), static_cast<long>(part.group) * part.direction.group_result() + column, sum);
    }
};

/// One direction as a product for each group and phase.
template <class Function>
struct GeneralProducts {
    struct Product {
        long rows, terms;
        GeneralTaps left;
        GeneralWeights right;
        GeneralResult<Function> store;
    };

    GeneralConvDirection direction;
    int batch;
    const float* source;
    const float* weights;
    WithBias<Function> result;

    GENOTYPE_BOTH Product operator()(int number) const {
        const int phases = direction.phases();
        const GeneralPixels part = GeneralPixels::of(direction, number % phases, number / phases);
        return {batch * part.pixels(),
                static_cast<long>(part.taps()) * direction.group_source(),
                {part, source},
                {part, weights},
                {part, result}};
    }
};

/// With fewer result channels a product's tile would be mostly empty.
inline constexpr int least_group_columns = 8;

template <class System, class Function>
void gather_general(Thrust<System> device, const GeneralConvDirection& direction, int batch, const float* source,
                    const float* weights, const float* bias, float* result, const MemoryRegion& scratch,
                    const Epilogue<Function>& end) {
    const GeneralConvGeometry& g = direction.geometry;
    const int channels = direction.result_channels(), group_source = direction.group_source(),
              group_result = direction.group_result();
    const WithBias<Function> store{bias, channels, result, end};
    if (g.groups == 1 || group_result >= least_group_columns) {
        const GeneralProducts<Function> products{direction, batch, source, weights, store};
        const int count = g.groups * direction.phases();
        const auto first = products(0);  // no phase has more pixels
        if (count == 1)
            multiply_with(device, scratch, first.rows, first.terms, group_result, first.left, first.right, first.store);
        else
            multiply_parts(device, count, first.rows, group_result, products);
        return;
    }
    const Size2 from = direction.source(), to = direction.result();
    each_value(device, static_cast<long>(batch) * to.height * to.width * channels, [=] GENOTYPE_KERNEL(long i) mutable {
        const long pixel = i / channels, line = pixel / to.width, sample = line / to.height;
        const int channel = static_cast<int>(i % channels), group = channel / group_result;
        const int row = static_cast<int>(line % to.height), column = static_cast<int>(pixel % to.width);
        const ConvSide down = g.rows(), across = g.columns();
        double sum = 0;
        for (int k = 0; k < down.kernel; ++k) {
            const int met_row = down.meets(direction.to_large, row, k);
            if (met_row < 0) continue;
            for (int l = 0; l < across.kernel; ++l) {
                const int met_column = across.meets(direction.to_large, column, l);
                if (met_column < 0) continue;
                const float* const x =
                    source +
                    ((sample * from.height + met_row) * from.width + met_column) * direction.source_channels() +
                    static_cast<long>(group) * group_source;
                const float* const weight = weights + direction.weight(group) +
                                            (static_cast<long>(k) * across.kernel + l) * direction.tap_stride() +
                                            (channel - group * group_result) * direction.result_stride();
                for (int c = 0; c < group_source; ++c)
                    sum += static_cast<double>(x[c]) * weight[c * direction.source_stride()];
            }
        }
        store(pixel, channel, static_cast<float>(sum));
    });
}

}  // namespace detail

/// No packed form.
template <class System>
constexpr PackedForm<float> packed_form(Thrust<System>, const GeneralConvGeometry&) {
    return {};
}
template <class System>
void pack(Thrust<System>, const GeneralConvGeometry&, const float*, float*) {}

/// What sums in splits need.
template <class System>
constexpr MemoryExtent convolution_scratch(Thrust<System> device, const GeneralConvGeometry&) {
    return detail::product_scratch(device);
}

/// See the reference's.
template <class System, class Function = NoActivation>
void convolve(Thrust<System> device, const GeneralConvGeometry& g, int batch, const float* large, ConvWeights weights,
              const float* bias, float* small, MemoryRegion scratch, const Epilogue<Function>& end = {}) {
    detail::gather_general(device, GeneralConvDirection{g, false}, batch, large, weights.plain, bias, small, scratch,
                           end);
}

/// See the reference's.
template <class System, class Function = NoActivation>
void convolve_transposed(Thrust<System> device, const GeneralConvGeometry& g, int batch, const float* small,
                         ConvWeights weights, const float* bias, float* large, MemoryRegion scratch,
                         const Epilogue<Function>& end = {}) {
    detail::gather_general(device, GeneralConvDirection{g, true}, batch, small, weights.plain, bias, large, scratch,
                           end);
}

/// See the reference's.
template <class System>
void convolve_weight_gradient(Thrust<System> device, const GeneralConvGeometry& g, int batch, const float* large,
                              const float* small, float* gradient, bool accumulate, MemoryRegion scratch,
                              Transformed = Transformed::none) {
    const long pixels = static_cast<long>(batch) * g.small_pixels();
    const detail::ToGradient store{g.small_channels, gradient, accumulate};
    if (g.groups == 1) {
        const auto part = detail::GeneralPixels::of({g, false}, 0, 0);
        detail::multiply_with(device, scratch, static_cast<long>(g.taps()) * g.large_channels, pixels, g.small_channels,
                              detail::GeneralTapsFirst{{part, large}}, detail::Matrix{small, g.small_channels}, store);
        return;
    }
    detail::sum_groups(
        device, g.weights(), pixels, detail::Sums<1>{},
        [=] GENOTYPE_KERNEL(long weight, long pixel) mutable {
            const int channel = static_cast<int>(weight % g.small_channels);
            const auto part = detail::GeneralPixels::of({g, false}, 0, channel / g.group_small());
            detail::Sums<1> product;
            product.values[0] =
                static_cast<double>(detail::GeneralTaps{part, large}(pixel, weight / g.small_channels)) *
                small[pixel * g.small_channels + channel];
            return product;
        },
        [=] GENOTYPE_KERNEL(long weight, const detail::Sums<1>& sum) mutable {
            store(weight / g.small_channels, weight % g.small_channels, static_cast<float>(sum.values[0]));
        });
}

/// See the reference's.
template <class System>
void add_border(Thrust<System> device, const BorderGeometry& g, int batch, const float* x, float* padded) {
    const BorderSide down = g.rows(), across = g.columns();
    detail::each_value(device, batch * g.padded_floats(), [=] GENOTYPE_KERNEL(long i) mutable {
        const long pixel = i / g.channels, line = pixel / across.padded();
        const int row = down.source(static_cast<int>(line % down.padded()));
        const int column = across.source(static_cast<int>(pixel % across.padded()));
        padded[i] =
            x[((line / down.padded() * g.size.height + row) * g.size.width + column) * g.channels + i % g.channels];
    });
}

/// See the reference's.
template <class System>
void add_border_backward(Thrust<System> device, const BorderGeometry& g, int batch, const float* padded, float* dx) {
    const BorderSide down = g.rows(), across = g.columns();
    detail::each_value(device, batch * g.floats(), [=] GENOTYPE_KERNEL(long i) mutable {
        const long pixel = i / g.channels, line = pixel / g.size.width;
        const int row = static_cast<int>(line % g.size.height), column = static_cast<int>(pixel % g.size.width);
        const float* const sample = padded + line / g.size.height * g.padded_floats() + i % g.channels;
        double sum = 0;
        for (int k = 0; k <= 2 * down.padding; ++k) {
            const int place = down.candidate(k, row);
            if (down.source(place) != row) continue;
            for (int l = 0; l <= 2 * across.padding; ++l) {
                const int beside = across.candidate(l, column);
                if (across.source(beside) != column) continue;
                sum += static_cast<double>(sample[(static_cast<long>(place) * across.padded() + beside) * g.channels]);
            }
        }
        dx[i] = static_cast<float>(sum);
    });
}

}  // namespace genotype::inline v0_1::kernels
